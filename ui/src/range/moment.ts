import { instantOf, wallOf } from "../format/zone.ts";

/** Moments as people type them, in the plant's zone: "2018-03-01 14:15", seconds and clock optional. */

const MOMENT = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?\s*$/;

export function parseMoment(text: string, zone: string): number | null {
  const found = MOMENT.exec(text);
  if (!found) return null;
  const [year, month, day, hour, minute, second] = found.slice(1).map((part) => Number(part ?? 0));
  const wall = {
    year: year ?? 0,
    month: month ?? 0,
    day: day ?? 0,
    hour: hour ?? 0,
    minute: minute ?? 0,
    second: second ?? 0,
  };
  const inRange =
    wall.month >= 1 &&
    wall.month <= 12 &&
    wall.day >= 1 &&
    wall.day <= new Date(Date.UTC(wall.year, wall.month, 0)).getUTCDate() &&
    wall.hour <= 24 &&
    wall.minute < 60 &&
    wall.second < 60;
  return inRange ? instantOf(wall, zone) : null;
}

export function writeMoment(time_ms: number, zone: string): string {
  const wall = wallOf(time_ms, zone);
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${wall.year}-${two(wall.month)}-${two(wall.day)}`;
  const clock = `${two(wall.hour)}:${two(wall.minute)}`;
  return wall.second === 0 ? `${date} ${clock}` : `${date} ${clock}:${two(wall.second)}`;
}
