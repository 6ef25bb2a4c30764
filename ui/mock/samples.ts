import type { Aggregate, LastValue, Samples } from "../src/api/types.ts";
import { DAY, HOUR, lastTime, type MockTag } from "./plant.ts";
import { noise, normal } from "./random.ts";

export type Value = number | string | boolean;
const BAD = 0x803c0000;

/** How busy the mill is, 0 to 1: nights and Sundays are quiet, each day a little its own. */
export function activity(time: number): number {
  const hour = new Date(time).getUTCHours() + new Date(time).getUTCMinutes() / 60;
  const weekday = new Date(time).getUTCDay();
  const day = Math.floor(time / DAY);
  const shift = hour >= 5 && hour < 20 ? 1 : 0.18;
  const week = weekday === 0 ? 0.2 : weekday === 6 ? 0.6 : 1;
  return shift * week * (0.8 + 0.4 * noise(5, day));
}

function energyAt(tag: MockTag, time: number, saving: number): number {
  const wobble = Math.max(-0.9, 0.22 * normal(tag.seed, Math.floor(time / tag.interval_ms)));
  return (tag.base * 0.12 + tag.swing * activity(time) * (1 + wobble)) * (1 - saving);
}

/** The share by which the mill uses less in the second half of the mock's year. */
export function savingAt(time: number, now: number): number {
  return time > now - 120 * DAY ? 0.07 : 0;
}

function numberAt(tag: MockTag, time: number, now: number): number {
  const step = Math.floor(time / tag.interval_ms);
  const slow = Math.sin((2 * Math.PI * time) / (6 * HOUR) + tag.seed);
  const year = Math.cos((2 * Math.PI * time) / (365 * DAY));
  switch (tag.shape) {
    case "energy":
      return energyAt(tag, time, savingAt(time, now));
    case "noisy":
      return (
        tag.base +
        tag.swing * (0.5 * (activity(time) - 0.5) + 0.25 * slow + 0.16 * normal(tag.seed, step))
      );
    case "temperature":
      return (
        tag.base +
        tag.swing * (0.45 * slow + 0.3 * year + 0.1 * normal(tag.seed, step) + 0.3 * activity(time))
      );
    case "counter":
      return Math.floor((time % (30 * DAY)) / tag.interval_ms);
    default:
      return tag.base + tag.swing * (0.3 * slow + 0.12 * normal(tag.seed, step));
  }
}

function stateAt(tag: MockTag, time: number): string {
  const states = tag.states ?? [""];
  const busy = activity(time) + 0.15 * noise(tag.seed, Math.floor(time / (2 * HOUR)));
  return states[Math.min(states.length - 1, Math.floor(busy * 0.9 * states.length))] ?? "";
}

export function valueAt(tag: MockTag, time: number, now: number): Value {
  if (tag.type === "string") return stateAt(tag, time);
  if (tag.type === "bool") return activity(time) > 0.3;
  return Number(numberAt(tag, time, now).toFixed(tag.decimals));
}

function inOutage(tag: MockTag, time: number, now: number): boolean {
  const today = Math.floor(now / DAY) * DAY;
  return (tag.outages ?? []).some(([days, hours]) => {
    const from = today - days * DAY;
    return time >= from && time < from + hours * HOUR;
  });
}

export function qualityAt(tag: MockTag, time: number, now: number): number {
  if (tag.bad && time > now - 40 * 60_000) return BAD;
  if (tag.path.endsWith("furnace-1/temperature") && time > now - 9 * HOUR && time < now - 8 * HOUR)
    return BAD;
  const day = Math.floor(time / DAY);
  return noise(tag.seed + 77, day) > 0.985 && time % DAY < 5 * HOUR ? 0x40000000 : 0;
}

export interface Reading {
  time: number;
  value: Value;
  quality: number;
}

/** The samples of a tag in [from, to), oldest first. */
export function* readings(
  tag: MockTag,
  from: number,
  to: number,
  now: number,
  first: number,
): Generator<Reading> {
  const start = Math.max(first, Math.ceil(from / tag.interval_ms) * tag.interval_ms);
  const end = Math.min(to, lastTime(tag, now) + 1);
  for (let time = start; time < end; time += tag.interval_ms) {
    if (inOutage(tag, time, now)) continue;
    yield { time, value: valueAt(tag, time, now), quality: qualityAt(tag, time, now) };
  }
}

export function samplesOf(
  tag: MockTag,
  from: number,
  to: number,
  limit: number,
  now: number,
  first: number,
): Samples {
  const times: number[] = [];
  const values: Value[] = [];
  const qualities: number[] = [];
  let next: number | null = null;
  for (const reading of readings(tag, from, to, now, first)) {
    if (times.length === limit) {
      next = reading.time;
      break;
    }
    times.push(reading.time);
    values.push(reading.value);
    qualities.push(reading.quality);
  }
  const allGood = qualities.every((quality) => quality === 0);
  return {
    tag: tag.path,
    type: tag.type,
    unit: tag.unit,
    times,
    values,
    qualities: allGood ? null : qualities,
    next,
  };
}

interface Bucket {
  count: number;
  sum: number;
  min: number;
  max: number;
  last: number;
}

function bucketsOf(
  tag: MockTag,
  starts: number[],
  width: number,
  to: number,
  all: boolean,
  now: number,
  first: number,
) {
  const origin = starts[0] ?? 0;
  const buckets: Bucket[] = starts.map(() => ({
    count: 0,
    sum: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    last: 0,
  }));
  // Long ranges of fast tags are thinned, so that the mock stays quick; the shape is the same.
  const thin = Math.max(1, Math.floor(width / tag.interval_ms / 12));
  const coarse = { ...tag, interval_ms: tag.interval_ms * thin };
  for (const reading of readings(coarse, origin, to, now, first)) {
    const bucket = buckets[Math.floor((reading.time - origin) / width)];
    if (!bucket || (!all && reading.quality !== 0)) continue;
    const value = Number(reading.value);
    bucket.count += thin;
    bucket.sum += value * thin;
    bucket.min = Math.min(bucket.min, value);
    bucket.max = Math.max(bucket.max, value);
    bucket.last = value;
  }
  return buckets;
}

export function aggregateOf(
  tags: MockTag[],
  range: { from: number; to: number; width: number; all: boolean },
  now: number,
  first: number,
): Aggregate {
  const { from, to, width, all } = range;
  const starts: number[] = [];
  for (let start = Math.floor(from / width) * width; start < to; start += width) starts.push(start);
  const numeric = tags.filter((tag) => tag.type !== "string");
  const series = numeric.map((tag) => {
    const buckets = bucketsOf(tag, starts, width, to, all, now, first);
    const column = (pick: (bucket: Bucket) => number) =>
      buckets.map((bucket) => (bucket.count === 0 ? null : pick(bucket)));
    return {
      tag: tag.path,
      unit: tag.unit,
      interval_ms: tag.interval_ms,
      count: buckets.map((bucket) => bucket.count),
      min: column((bucket) => bucket.min),
      max: column((bucket) => bucket.max),
      mean: column((bucket) => bucket.sum / bucket.count),
      sum: column((bucket) => bucket.sum),
      last: column((bucket) => bucket.last),
    };
  });
  const skipped = tags.filter((tag) => tag.type === "string").map((tag) => tag.path);
  return { from, to, bucket_ms: width, starts, series, skipped };
}

export function lastOf(tag: MockTag, now: number): LastValue {
  const time = lastTime(tag, now);
  const bad = qualityAt(tag, time, now) >>> 30 >= 2;
  const stale = now - time > Math.max(10_000, 5 * tag.interval_ms);
  return {
    tag: tag.path,
    type: tag.type,
    unit: tag.unit,
    time,
    value: valueAt(tag, time, now),
    quality: bad ? "bad" : "good",
    state: bad ? "bad" : stale ? "stale" : "live",
    interval_ms: tag.interval_ms,
  };
}
