/** Calendar arithmetic in the plant's zone, daylight saving included. */

export interface Wall {
  year: number;
  month: number; // 1 to 12
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const partsFormats = new Map<string, Intl.DateTimeFormat>();

function partsFormat(zone: string): Intl.DateTimeFormat {
  const known = partsFormats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  partsFormats.set(zone, made);
  return made;
}

/** What the clock on the wall shows at `time_ms`. */
export function wallOf(time_ms: number, zone: string): Wall {
  const wall: Wall = { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
  for (const part of partsFormat(zone).formatToParts(time_ms)) {
    if (part.type in wall) wall[part.type as keyof Wall] = Number(part.value);
  }
  return wall;
}

function asUtc(wall: Wall): number {
  return Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);
}

/** How far the zone's clock is ahead of UTC at `time_ms`. */
export function offsetOf(time_ms: number, zone: string): number {
  return asUtc(wallOf(time_ms, zone)) - Math.floor(time_ms / 1000) * 1000;
}

/**
 * The instant at which the wall shows `wall`; fields may overflow (month 13, day 32). An hour that
 * occurs twice means its first time, one that is skipped means the instant of the jump.
 */
export function instantOf(wall: Wall, zone: string): number {
  const guess = asUtc(wall);
  const before = offsetOf(guess - 86_400_000, zone);
  const after = offsetOf(guess + 86_400_000, zone);
  const early = guess - before;
  if (offsetOf(early, zone) === before) return early;
  const late = guess - after;
  if (offsetOf(late, zone) === after) return late;
  return jumpBetween(late, early, zone);
}

/** The change of offset in (from, to], to the second. */
function jumpBetween(from: number, to: number, zone: string): number {
  let low = from;
  let high = to;
  const offset = offsetOf(from, zone);
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offsetOf(middle, zone) === offset) low = middle;
    else high = middle;
  }
  return high;
}

/** The zone's short name at a time: "GMT+9", "CET", "BST". */
export function zoneName(time_ms: number, zone: string, locale: string): string {
  const parts = new Intl.DateTimeFormat(locale, {
    timeZone: zone,
    timeZoneName: "short",
  }).formatToParts(time_ms);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? zone;
}

/** Whether this browser knows the zone. */
export function isZone(zone: string): boolean {
  try {
    partsFormat(zone);
    return true;
  } catch {
    return false;
  }
}
