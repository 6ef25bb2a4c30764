import { call } from "../../api/client.ts";
import type { Aggregate, Samples, Tag } from "../../api/types.ts";
import { type Detail, detailFor, fetchSpan } from "../../chart/buckets.ts";
import {
  breakAtGaps,
  GAP_INTERVALS,
  isGap,
  type Run,
  runsOfBuckets,
  runsOfSamples,
} from "../../chart/quality.ts";
import { nearest } from "../../chart/search.ts";
import { type StateRun, stateRuns } from "../../chart/states.ts";
import type { Span } from "../../range/range.ts";

/** What a trend draws of one tag over the fetched span. */
export interface TrendSeries {
  tag: string;
  unit: string;
  kind: "number" | "state";
  detail: Detail;
  interval_ms: number | null; // usual step between samples
  times: number[];
  values: (number | null)[]; // the mean of each bucket, or the sample
  lows: (number | null)[] | null; // null for raw samples
  highs: (number | null)[] | null;
  lasts: (number | null)[]; // the last sample of each bucket, or the sample itself
  counts: number[] | null; // samples in each bucket; null for raw samples
  states: StateRun[];
  runs: Run[];
  truncated: boolean;
}

/** More samples than this of one tag are not drawn raw. */
export const RAW_LIMIT = 100_000;

export interface TrendRequest {
  tag: Tag;
  detail: Detail;
  span: Span;
}

/** The usual interval of a tag; from its count of samples when nothing better is known. */
export function intervalOf(tag: Tag): number | null {
  if (tag.interval_ms) return tag.interval_ms;
  const life = (tag.last ?? 0) - (tag.first ?? 0);
  return tag.samples > 1 && life > 0 ? life / (tag.samples - 1) : null;
}

/** What to ask for so that `view` can be drawn `width_px` wide. */
export function requestFor(tag: Tag, view: Span, width_px: number): TrendRequest {
  const state = tag.type === "string" || tag.type === "bool";
  const length = view.to - view.from;
  const detail: Detail = state ? { kind: "raw" } : detailFor(length, width_px, intervalOf(tag));
  const grain = detail.kind === "raw" ? Math.max(1000, length / 16) : detail.bucket_ms;
  return { tag, detail, span: fetchSpan(view, niceGrain(grain)) };
}

/** A power of two of seconds, so that neighbouring views share what they fetch. */
function niceGrain(grain_ms: number): number {
  return 1000 * 2 ** Math.ceil(Math.log2(Math.max(1, grain_ms / 1000)));
}

export function keyOf(request: TrendRequest): readonly unknown[] {
  const { tag, detail, span } = request;
  return ["trend", tag.path, detail.kind === "raw" ? "raw" : detail.bucket, span.from, span.to];
}

export async function fetchTrend(request: TrendRequest, signal: AbortSignal): Promise<TrendSeries> {
  const { tag, detail, span } = request;
  if (detail.kind === "raw") {
    const samples = await call("get", "/api/v1/samples", {
      signal,
      query: { tag: tag.path, from: String(span.from), to: String(span.to), limit: RAW_LIMIT },
    });
    return seriesOfSamples(tag, samples);
  }
  const query = {
    tag: [tag.path],
    from: String(span.from),
    to: String(span.to),
    bucket: detail.bucket,
  };
  const [good, all] = await Promise.all([
    call("get", "/api/v1/aggregate", {
      signal,
      query: { ...query, fn: "count,min,max,mean,last" },
    }),
    call("get", "/api/v1/aggregate", { signal, query: { ...query, fn: "count", quality: "all" } }),
  ]);
  return seriesOfBuckets(tag, detail, good, all);
}

function numberOf(value: number | boolean | string | null): number | null {
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "number" ? value : null;
}

function textOf(value: number | boolean | string | null): string | null {
  return value === null ? null : String(value);
}

export function seriesOfSamples(tag: Tag, samples: Samples): TrendSeries {
  const interval = tag.interval_ms ?? null;
  const times = samples.times.map(Number);
  const qualities = samples.qualities ?? null;
  const base = {
    tag: tag.path,
    unit: tag.unit,
    detail: { kind: "raw" } as const,
    interval_ms: interval,
    lows: null,
    highs: null,
    counts: null,
    runs: runsOfSamples(times, qualities, interval),
    truncated: samples.next !== null,
  };
  if (tag.type === "string" || tag.type === "bool") {
    const longest = interval === null ? null : GAP_INTERVALS * interval;
    const states = stateRuns(times, samples.values.map(textOf), interval, longest);
    return { ...base, kind: "state", times, values: [], lasts: [], states };
  }
  const broken = breakAtGaps(times, samples.values.map(numberOf), qualities, interval);
  return { ...base, kind: "number", ...broken, lasts: broken.values, states: [] };
}

export function seriesOfBuckets(
  tag: Tag,
  detail: Detail & { kind: "buckets" },
  good: Aggregate,
  all: Aggregate,
): TrendSeries {
  const series = good.series[0];
  const bucket = good.bucket_ms ?? detail.bucket_ms;
  const empty = good.starts.map(() => null);
  const counts = series?.count ?? good.starts.map(() => 0);
  const life = {
    first: tag.first ?? Number.POSITIVE_INFINITY,
    last: tag.last ?? Number.NEGATIVE_INFINITY,
  };
  return {
    tag: tag.path,
    unit: tag.unit,
    kind: "number",
    detail,
    interval_ms: tag.interval_ms ?? null,
    times: good.starts.map((start) => start + bucket / 2),
    values: series?.mean ?? empty,
    lows: series?.min ?? empty,
    highs: series?.max ?? empty,
    lasts: series?.last ?? series?.mean ?? empty,
    counts,
    states: [],
    runs: runsOfBuckets(good.starts, bucket, counts, all.series[0]?.count ?? counts, life),
    truncated: false,
  };
}

/** What a table says of a series over a view. */
export interface Summary {
  low: number | null;
  high: number | null;
  mean: number | null;
  newest: number | null;
}

/** Buckets that the view cuts count whole, so that the newest sample is among them. */
export function summaryOf(series: TrendSeries, view: Span): Summary {
  const half = series.detail.kind === "buckets" ? series.detail.bucket_ms / 2 : 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let count = 0;
  let newest: number | null = null;
  series.times.forEach((time, i) => {
    const value = series.values[i];
    if (value === null || value === undefined) return;
    if (time + half < view.from || time - half >= view.to) return;
    low = Math.min(low, series.lows?.[i] ?? value);
    high = Math.max(high, series.highs?.[i] ?? value);
    const weight = series.counts?.[i] ?? 1;
    sum += value * weight;
    count += weight;
    newest = series.lasts[i] ?? value;
  });
  if (count === 0) return { low: null, high: null, mean: null, newest: null };
  return { low, high, mean: sum / count, newest };
}

/** The nearest sample; none before the first, in a gap, or longer after the last than a gap takes. */
function sampleAt(series: TrendSeries, time_ms: number): number | null {
  const { times, values, interval_ms } = series;
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined || time_ms < first) return null;
  if (time_ms > last + GAP_INTERVALS * (interval_ms ?? 0)) return null;
  const gap = series.runs.some(
    ({ state, from, to }) => state === "missing" && from <= time_ms && time_ms < to,
  );
  const index = gap ? null : nearest(times, time_ms);
  if (index === null) return null;
  // A sample before a gap is followed by a break in the line and stands past it for one interval.
  const sinceBefore = (times[index] as number) - (times[index - 1] ?? Number.NEGATIVE_INFINITY);
  const untilNext = (times[index + 1] ?? Number.NEGATIVE_INFINITY) - (times[index] as number);
  const breaks = values[index] === null && sinceBefore === 1 && isGap(untilNext, interval_ms);
  return values[breaks ? index - 1 : index] ?? null;
}

/** The mean of the bucket that holds a time. */
function bucketAt(series: TrendSeries, bucket_ms: number, time_ms: number): number | null {
  const index = nearest(series.times, time_ms);
  if (index === null) return null;
  const inside = Math.abs((series.times[index] as number) - time_ms) <= bucket_ms / 2;
  return inside ? (series.values[index] ?? null) : null;
}

/** The value that stands at a time, or the state that holds; null where there is none. */
export function valueAt(series: TrendSeries, time_ms: number): number | string | null {
  if (series.kind === "state") {
    const run = series.states.find((one) => one.from <= time_ms && time_ms < one.to);
    return run?.state ?? null;
  }
  if (series.detail.kind === "buckets") {
    return bucketAt(series, series.detail.bucket_ms, time_ms);
  }
  return sampleAt(series, time_ms);
}
