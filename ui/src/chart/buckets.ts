import type { Span } from "../range/range.ts";

/** How much detail a trend asks the server for. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Width {
  text: string;
  length_ms: number;
}

function widthsOf(unit: string, unit_ms: number, counts: readonly number[]): Width[] {
  return counts.map((count) => ({ text: `${count}${unit}`, length_ms: count * unit_ms }));
}

const WIDTHS: readonly Width[] = [
  ...widthsOf("s", SECOND, [1, 2, 5, 10, 15, 20, 30]),
  ...widthsOf("m", MINUTE, [1, 2, 3, 5, 10, 15, 20, 30]),
  ...widthsOf("h", HOUR, [1, 2, 3, 4, 6, 8, 12]),
  ...widthsOf("d", DAY, [1, 2, 7, 14, 28, 91, 364]),
];

/** The narrowest bucket width with at most one bucket to a pixel. */
export function bucketFor(length_ms: number, width_px: number): Width {
  const least = length_ms / Math.max(1, width_px);
  return WIDTHS.find((width) => width.length_ms >= least) ?? (WIDTHS[WIDTHS.length - 1] as Width);
}

/** Samples a span is expected to hold; null when the usual interval is not known. */
export function expectedSamples(length_ms: number, interval_ms: number | null): number | null {
  if (interval_ms === null || interval_ms <= 0) return null;
  return length_ms / interval_ms;
}

/** Raw samples up to this many to a pixel; beyond, an envelope says the same with less. */
const RAW_PER_PIXEL = 1.5;

export type Detail = { kind: "raw" } | { kind: "buckets"; bucket: string; bucket_ms: number };

/** Raw samples when they fit the pixels, else min/max buckets of about a pixel. */
export function detailFor(length_ms: number, width_px: number, interval_ms: number | null): Detail {
  const samples = expectedSamples(length_ms, interval_ms);
  if (samples !== null && samples <= width_px * RAW_PER_PIXEL) return { kind: "raw" };
  const width = bucketFor(length_ms, width_px);
  const buckets: Detail = { kind: "buckets", bucket: width.text, bucket_ms: width.length_ms };
  // A bucket narrower than the interval would show a gap wherever no sample is due.
  if (interval_ms !== null && width.length_ms < 2 * interval_ms) return { kind: "raw" };
  return buckets;
}

/**
 * The span to fetch for one on screen: half as much again on either side, so that panning shows
 * data at once, on a grid of half a screen, so that small moves ask for nothing new.
 */
export function fetchSpan(view: Span, grain_ms: number): Span {
  const length = view.to - view.from;
  const half = Math.max(grain_ms, Math.ceil(length / 2 / grain_ms) * grain_ms);
  return {
    from: (Math.floor(view.from / half) - 1) * half,
    to: (Math.ceil(view.to / half) + 1) * half,
  };
}
