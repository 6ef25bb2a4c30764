/** The vertical extent of a pane. */

export interface Extent {
  low: number;
  high: number;
}

/** A limit joins the picture when that stretches it by no more than this share. */
const LIMIT_STRETCH = 0.5;

/** The extent with five percent of air, widened for limits that are near, never of zero height. */
export function paddedExtent(data: Extent, limits: readonly number[]): Extent {
  const height = data.high - data.low || Math.abs(data.high) * 0.1 || 1;
  let { low, high } = data;
  for (const limit of limits) {
    if (limit < low && low - limit <= height * LIMIT_STRETCH) low = limit;
    if (limit > high && limit - high <= height * LIMIT_STRETCH) high = limit;
  }
  const air = (high - low || height) * 0.05;
  // Something that is never negative does not get an axis that starts below zero.
  const floor = data.low >= 0 && low >= 0 && low - air < 0 ? 0 : low - air;
  return { low: floor, high: high + air };
}
