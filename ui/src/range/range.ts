import { instantOf, wallOf } from "../format/zone.ts";

/** A half-open interval of time in milliseconds since 1970. */
export interface Span {
  from: number;
  to: number;
}

/** What the range picker was set to; a relative one moves with the clock. */
export type RangeSpec =
  | { kind: "last"; key: LastKey }
  | { kind: "year" }
  | { kind: "all" }
  | { kind: "fixed"; from: number; to: number };

export const LAST_LENGTHS_MS = {
  "1h": 3_600_000,
  "24h": 86_400_000,
  "7d": 7 * 86_400_000,
  "30d": 30 * 86_400_000,
} as const;
export type LastKey = keyof typeof LAST_LENGTHS_MS;
export const LAST_KEYS: readonly LastKey[] = ["1h", "24h", "7d", "30d"];

/** The shortest range that a view may show. */
export const SHORTEST_MS = 1000;

/** What a relative range is resolved against. */
export interface RangeContext {
  now: number;
  first: number | null;
  last: number | null;
  zone: string;
}

const RANGE = "range";
const FROM = "from";
const TO = "to";

function isLastKey(text: string): text is LastKey {
  return text in LAST_LENGTHS_MS;
}

/** The range that an address names, or null when it names none or a broken one. */
export function parseRange(params: URLSearchParams): RangeSpec | null {
  const name = params.get(RANGE);
  if (name === "all" || name === "year") return { kind: name };
  if (name && isLastKey(name)) return { kind: "last", key: name };
  const from = Date.parse(params.get(FROM) ?? "");
  const to = Date.parse(params.get(TO) ?? "");
  if (Number.isNaN(from) || Number.isNaN(to) || to - from < SHORTEST_MS) return null;
  return { kind: "fixed", from, to };
}

/** What an address says of the range when it cannot be read, or null when it can or says nothing. */
export function unreadableRange(params: URLSearchParams): string | null {
  const named = [RANGE, FROM, TO].flatMap((name) => {
    const value = params.get(name);
    return value === null ? [] : [`${name}=${value}`];
  });
  return named.length > 0 && parseRange(params) === null ? named.join(", ") : null;
}

function isoOf(time_ms: number): string {
  return new Date(time_ms).toISOString().replace(".000Z", "Z");
}

/** Writes a range into the parameters of an address, in place of the one that was there. */
export function writeRange(params: URLSearchParams, spec: RangeSpec): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const name of [RANGE, FROM, TO]) next.delete(name);
  if (spec.kind === "fixed") {
    next.set(FROM, isoOf(spec.from));
    next.set(TO, isoOf(spec.to));
  } else {
    next.set(RANGE, spec.kind === "last" ? spec.key : spec.kind);
  }
  return next;
}

/** The range a person sees first: the last day while data flow, everything when they do not. */
export function defaultRange(context: RangeContext): RangeSpec {
  const fresh = context.last !== null && context.now - context.last < LAST_LENGTHS_MS["24h"];
  return fresh ? { kind: "last", key: "24h" } : { kind: "all" };
}

function yearOf(context: RangeContext): Span {
  const year = wallOf(context.now, context.zone).year;
  const start = { year, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
  return { from: instantOf(start, context.zone), to: context.now };
}

function everything(context: RangeContext): Span {
  if (context.first === null || context.last === null) {
    return { from: context.now - LAST_LENGTHS_MS["24h"], to: context.now };
  }
  const to = context.last + 1;
  return { from: Math.min(context.first, to - SHORTEST_MS), to };
}

/** The interval a range means now. */
export function resolveRange(spec: RangeSpec, context: RangeContext): Span {
  switch (spec.kind) {
    case "last":
      return { from: context.now - LAST_LENGTHS_MS[spec.key], to: context.now };
    case "year":
      return yearOf(context);
    case "all":
      return everything(context);
    case "fixed":
      return { from: spec.from, to: spec.to };
  }
}

/** Moves a span by a share of its length; positive is later. */
export function panSpan(span: Span, share: number): Span {
  const shift = Math.round((span.to - span.from) * share);
  return { from: span.from + shift, to: span.to + shift };
}

/** Zooms around a point of the span (0 its start, 1 its end); a factor under 1 zooms in. */
export function zoomSpan(span: Span, factor: number, around = 0.5): Span {
  const length = span.to - span.from;
  const next = Math.max(SHORTEST_MS, length * factor);
  const pivot = span.from + length * around;
  const from = Math.round(pivot - next * around);
  return { from, to: Math.round(from + next) };
}
