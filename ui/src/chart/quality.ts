/** Where data are missing, doubtful or bad: what the band under an axis shows. */

export type RunState = "missing" | "uncertain" | "bad";

export interface Run {
  from: number;
  to: number;
  state: RunState;
}

/** A step of more than this many usual intervals is a gap: one missed sample is not, two are. */
export const GAP_INTERVALS = 2.5;

/** The severity of an OPC UA status code (its two top bits; OPC 10000-4, 7.39). */
export function severityOf(statusCode: number): "good" | "uncertain" | "bad" {
  const severity = statusCode >>> 30;
  if (severity === 0) return "good";
  return severity === 1 ? "uncertain" : "bad";
}

/** Adds a run, joining it to the one before when they touch and say the same. */
function push(runs: Run[], run: Run): void {
  const before = runs.at(-1);
  if (before && before.state === run.state && before.to >= run.from) {
    before.to = Math.max(before.to, run.to);
  } else {
    runs.push(run);
  }
}

/** Runs of raw samples: a sample stands until the next, at most one usual interval. */
export function runsOfSamples(
  times: readonly number[],
  qualities: readonly number[] | null,
  interval_ms: number | null,
): Run[] {
  const runs: Run[] = [];
  times.forEach((time, i) => {
    const next = times[i + 1];
    const reach = interval_ms ?? (next === undefined ? 0 : next - time);
    const to = Math.min(next ?? Number.POSITIVE_INFINITY, time + reach);
    const severity = severityOf(qualities?.[i] ?? 0);
    if (severity !== "good") push(runs, { from: time, to, state: severity });
    if (next !== undefined && isGap(next - time, interval_ms)) {
      push(runs, { from: to, to: next, state: "missing" });
    }
  });
  return runs;
}

export function isGap(step_ms: number, interval_ms: number | null): boolean {
  return interval_ms !== null && step_ms > GAP_INTERVALS * interval_ms;
}

/**
 * Runs of buckets, from the count of good samples and of all in each. Outside [first, last], the
 * life of the tag so far, nothing was due and nothing is missing.
 */
export function runsOfBuckets(
  starts: readonly number[],
  bucket_ms: number,
  good: readonly number[],
  all: readonly number[],
  life: { first: number; last: number },
): Run[] {
  const runs: Run[] = [];
  starts.forEach((from, i) => {
    const to = from + bucket_ms;
    const total = all[i] ?? 0;
    const fine = good[i] ?? 0;
    if (total === 0) {
      if (to > life.first && from <= life.last) push(runs, { from, to, state: "missing" });
    } else if (fine < total) {
      push(runs, { from, to, state: fine === 0 ? "bad" : "uncertain" });
    }
  });
  return runs;
}

/**
 * Samples with a null wherever a gap begins, so that no line is drawn across it; values that are
 * not good are null as well, they belong to the band.
 */
export function breakAtGaps(
  times: readonly number[],
  values: readonly (number | null)[],
  qualities: readonly number[] | null,
  interval_ms: number | null,
): { times: number[]; values: (number | null)[] } {
  const out = { times: [] as number[], values: [] as (number | null)[] };
  times.forEach((time, i) => {
    const before = times[i - 1];
    if (before !== undefined && isGap(time - before, interval_ms)) {
      out.times.push(before + 1);
      out.values.push(null);
    }
    out.times.push(time);
    out.values.push(severityOf(qualities?.[i] ?? 0) === "good" ? (values[i] ?? null) : null);
  });
  return out;
}
