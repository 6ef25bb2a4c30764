/** State strips: a text that holds until it changes. */

export interface StateRun {
  from: number;
  to: number;
  state: string;
}

/** Equal neighbours become one run; a gap ends one. A last sample holds for one usual interval. */
export function stateRuns(
  times: readonly number[],
  values: readonly (string | null)[],
  interval_ms: number | null,
  longestStep_ms: number | null,
): StateRun[] {
  const runs: StateRun[] = [];
  times.forEach((time, i) => {
    const state = values[i];
    if (state === null || state === undefined) return;
    const next = times[i + 1] ?? time + (interval_ms ?? 0);
    const gap = longestStep_ms !== null && next - time > longestStep_ms;
    const to = gap ? time + (interval_ms ?? 0) : next;
    const before = runs.at(-1);
    if (before && before.state === state && before.to >= time) before.to = to;
    else runs.push({ from: time, to, state });
  });
  return runs;
}

/** The states in the order of their total time, longest first. */
export function statesByTime(runs: readonly StateRun[]): string[] {
  const totals = new Map<string, number>();
  for (const run of runs) {
    totals.set(run.state, (totals.get(run.state) ?? 0) + run.to - run.from);
  }
  return [...totals.entries()].sort((a, b) => b[1] - a[1]).map(([state]) => state);
}
