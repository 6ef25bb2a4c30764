import { formatClock, formatDay, formatMonth } from "../format/time.ts";
import { instantOf, type Wall, wallOf } from "../format/zone.ts";

/** Where a time axis has its ticks: steps of the calendar, in the plant's zone. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Field = "second" | "minute" | "hour" | "day" | "month" | "year";

export interface TickStep {
  field: Field;
  count: number;
  length_ms: number; // nominal
}

function stepsOf(field: Field, unit_ms: number, counts: readonly number[]): TickStep[] {
  return counts.map((count) => ({ field, count, length_ms: count * unit_ms }));
}

const STEPS: readonly TickStep[] = [
  ...stepsOf("second", SECOND, [1, 2, 5, 10, 15, 30]),
  ...stepsOf("minute", MINUTE, [1, 2, 5, 10, 15, 30]),
  ...stepsOf("hour", HOUR, [1, 2, 3, 6, 12]),
  ...stepsOf("day", DAY, [1, 2, 7]),
  ...stepsOf("month", 30.44 * DAY, [1, 2, 3, 6]),
  ...stepsOf("year", 365.25 * DAY, [1, 2, 5, 10, 20, 50]),
];

/** The finest step whose ticks are at least `space_px` apart. */
export function stepFor(length_ms: number, width_px: number, space_px: number): TickStep {
  const least = (length_ms / Math.max(1, width_px)) * space_px;
  const found = STEPS.find((step) => step.length_ms >= least);
  return found ?? (STEPS[STEPS.length - 1] as TickStep);
}

/** The wall clock rounded down to a multiple of the step. */
function floorWall(wall: Wall, step: TickStep): Wall {
  const down = (value: number) => Math.floor(value / step.count) * step.count;
  const day = { ...wall, hour: 0, minute: 0, second: 0 };
  switch (step.field) {
    case "second":
      return { ...wall, second: down(wall.second) };
    case "minute":
      return { ...wall, minute: down(wall.minute), second: 0 };
    case "hour":
      return { ...wall, hour: down(wall.hour), minute: 0, second: 0 };
    case "day":
      return step.count === 7 ? mondayOf(day) : { ...day, day: down(wall.day - 1) + 1 };
    case "month":
      return { ...day, day: 1, month: down(wall.month - 1) + 1 };
    case "year":
      return { ...day, day: 1, month: 1, year: down(wall.year) };
  }
}

function mondayOf(day: Wall): Wall {
  const weekday = new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay();
  return { ...day, day: day.day - ((weekday + 6) % 7) };
}

function advance(wall: Wall, step: TickStep): Wall {
  return { ...wall, [step.field]: wall[step.field] + step.count };
}

/** Two-day steps restart with each month, so that no month ends on "31" next to "1". */
function restartsMonth(wall: Wall, step: TickStep, zone: string): Wall {
  if (step.field !== "day" || step.count !== 2) return wall;
  const actual = wallOf(instantOf(wall, zone), zone);
  return actual.day % 2 === 0 || actual.day === 31 ? floorWallToMonth(actual) : actual;
}

function floorWallToMonth(wall: Wall): Wall {
  return wall.day === 31
    ? { ...wall, day: 1, month: wall.month + 1 }
    : { ...wall, day: wall.day - 1 };
}

/** Every tick in [from, to], at most a thousand. */
export function timeTicks(from: number, to: number, step: TickStep, zone: string): number[] {
  const ticks: number[] = [];
  let wall = floorWall(wallOf(from, zone), step);
  for (let i = 0; i < 1000; i++) {
    const time = instantOf(wall, zone);
    if (time > to) break;
    if (time >= from && time !== ticks.at(-1)) ticks.push(time);
    wall = restartsMonth(advance(wall, step), step, zone);
  }
  return ticks;
}

function clockLabel(time: number, zone: string, step: TickStep): string {
  return formatClock(time, zone, step.field === "second" ? SECOND : MINUTE);
}

/**
 * Labels of ticks in two lines: the step itself, and under it the day or year wherever that changes
 * (and at the first tick), so that no label repeats what the one before it said.
 */
export function tickLabels(
  ticks: readonly number[],
  step: TickStep,
  zone: string,
  locale: string,
): string[] {
  let context = "";
  return ticks.map((time) => {
    const wall = wallOf(time, zone);
    const [label, next] = labelOf(time, wall, step, zone, locale);
    const line = next !== context ? `\n${next}` : "";
    context = next;
    return label + line;
  });
}

function labelOf(
  time: number,
  wall: Wall,
  step: TickStep,
  zone: string,
  locale: string,
): [string, string] {
  switch (step.field) {
    case "second":
    case "minute":
    case "hour":
      return [clockLabel(time, zone, step), `${formatDay(time, zone, locale)} ${wall.year}`];
    case "day":
      return [formatDay(time, zone, locale), String(wall.year)];
    case "month":
      return [formatMonth(time, zone, locale), String(wall.year)];
    case "year":
      return [String(wall.year), ""];
  }
}
