/** The index of the time nearest to `time_ms`, by bisection. */
export function nearest(times: readonly number[], time_ms: number): number | null {
  if (times.length === 0) return null;
  let low = 0;
  let high = times.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) <= time_ms) low = middle;
    else high = middle;
  }
  const before = Math.abs(time_ms - (times[low] as number));
  const after = Math.abs((times[high] as number) - time_ms);
  return before <= after ? low : high;
}
