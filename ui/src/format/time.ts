import { wallOf } from "./zone.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(
  time_ms: number,
  zone: string,
  locale: string,
  options: Intl.DateTimeFormatOptions,
): string {
  const key = `${zone}|${locale}|${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(locale, { timeZone: zone, hourCycle: "h23", ...options });
    formats.set(key, made);
  }
  return made.format(time_ms);
}

/** "3 Mar 2018" */
export function formatDate(time_ms: number, zone: string, locale: string): string {
  return format(time_ms, zone, locale, { day: "numeric", month: "short", year: "numeric" });
}

/** "3 Mar" */
export function formatDay(time_ms: number, zone: string, locale: string): string {
  return format(time_ms, zone, locale, { day: "numeric", month: "short" });
}

/** "Mar" */
export function formatMonth(time_ms: number, zone: string, locale: string): string {
  return format(time_ms, zone, locale, { month: "short" });
}

/** "14:15", with seconds and thousandths only when they are asked for. */
export function formatClock(time_ms: number, zone: string, precision_ms = 60_000): string {
  const wall = wallOf(time_ms, zone);
  const two = (value: number) => String(value).padStart(2, "0");
  const clock = `${two(wall.hour)}:${two(wall.minute)}`;
  if (precision_ms >= 60_000) return clock;
  const seconds = `${clock}:${two(wall.second)}`;
  if (precision_ms >= 1000) return seconds;
  const thousandths = Math.floor(((time_ms % 1000) + 1000) % 1000);
  return `${seconds}.${String(thousandths).padStart(3, "0")}`;
}

/** "Tue 3 Mar 2018 14:15": what a cursor says; as exact as the samples under it. */
export function formatMoment(
  time_ms: number,
  zone: string,
  locale: string,
  precision_ms = 60_000,
): string {
  const day = format(time_ms, zone, locale, { weekday: "short" });
  const date = formatDate(time_ms, zone, locale);
  if (precision_ms >= 86_400_000) return `${day} ${date}`;
  return `${day} ${date} ${formatClock(time_ms, zone, precision_ms)}`;
}

/** The date with the clock, without the weekday: "3 Mar 2018 14:15". */
export function formatStamp(
  time_ms: number,
  zone: string,
  locale: string,
  precision_ms = 60_000,
): string {
  return `${formatDate(time_ms, zone, locale)} ${formatClock(time_ms, zone, precision_ms)}`;
}

/** "1 Jan to 31 Dec 2018"; the end is excluded, so a midnight end names the day before. */
export function formatPeriod(
  from: number,
  to: number,
  zone: string,
  locale: string,
  until: string,
): string {
  const last = to - 1;
  const a = wallOf(from, zone);
  const b = wallOf(last, zone);
  const sameYear = a.year === b.year;
  const sameDay = sameYear && a.month === b.month && a.day === b.day;
  if (sameDay) return formatDate(from, zone, locale);
  const start = sameYear ? formatDay(from, zone, locale) : formatDate(from, zone, locale);
  return `${start} ${until} ${formatDate(last, zone, locale)}`;
}
