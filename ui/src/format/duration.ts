import { formatNumber } from "./number.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365.25 * DAY;

/** A day and a year as a language abbreviates them; seconds, minutes and hours are of the SI. */
function calendarUnits(locale: string): { day: string; year: string } {
  return locale.startsWith("de") ? { day: "Tg.", year: "J." } : { day: "d", year: "y" };
}

/** An age in its largest unit: "12 s", "3 h", "41 d", "8 y". */
export function formatAge(age_ms: number, locale: string): string {
  const { day, year } = calendarUnits(locale);
  const age = Math.max(0, age_ms);
  if (age < MINUTE) return `${formatNumber(Math.floor(age / SECOND), 0, locale)}\u00a0s`;
  if (age < HOUR) return `${formatNumber(Math.floor(age / MINUTE), 0, locale)}\u00a0min`;
  if (age < 2 * DAY) return `${formatNumber(Math.floor(age / HOUR), 0, locale)}\u00a0h`;
  if (age < 2 * YEAR) return `${formatNumber(Math.floor(age / DAY), 0, locale)}\u00a0${day}`;
  return `${formatNumber(Math.floor(age / YEAR), 0, locale)}\u00a0${year}`;
}

/** A length of time in its two largest units: "2 h 15 min", "15 min", "3 d". */
export function formatDuration(length_ms: number, locale: string): string {
  const steps: [number, string][] = [
    [DAY, calendarUnits(locale).day],
    [HOUR, "h"],
    [MINUTE, "min"],
    [SECOND, "s"],
  ];
  if (length_ms < SECOND) return `${formatNumber(length_ms, 0, locale)}\u00a0ms`;
  const first = steps.findIndex(([size]) => length_ms >= size);
  const parts: string[] = [];
  let rest = Math.round(length_ms);
  for (const [size, unit] of steps.slice(first, first + 2)) {
    const whole = Math.floor(rest / size);
    if (whole > 0) parts.push(`${formatNumber(whole, 0, locale)}\u00a0${unit}`);
    rest -= whole * size;
  }
  return parts.join(" ");
}
