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

export interface StateShare {
  state: string;
  share: number; // of the time that is known
}

/** How much of a span each state held, longest first. */
export function stateShares(
  runs: readonly StateRun[],
  span: { from: number; to: number },
): StateShare[] {
  const totals = new Map<string, number>();
  let known = 0;
  for (const run of runs) {
    const length = Math.min(run.to, span.to) - Math.max(run.from, span.from);
    if (length <= 0) continue;
    known += length;
    totals.set(run.state, (totals.get(run.state) ?? 0) + length);
  }
  return [...totals]
    .map(([state, total]) => ({ state, share: total / known }))
    .sort((a, b) => b.share - a.share);
}

/** The states by name, each once: what decides their colours, so that zooming changes none. */
export function statesByName(runs: readonly StateRun[]): string[] {
  return [...new Set(runs.map((run) => run.state))].sort();
}
