import { describe, expect, it } from "vitest";
import { wallOf } from "../format/zone.ts";
import { stepFor, tickLabels, timeTicks } from "./ticks.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const berlin = "Europe/Berlin";

function labels(from: number, to: number, width_px: number, zone: string): string[] {
  const step = stepFor(to - from, width_px, 84);
  return tickLabels(timeTicks(from, to, step, zone), step, zone, "en-GB");
}

describe("timeTicks", () => {
  it("stands on local midnights across both changes of the clock", () => {
    const step = { field: "day", count: 1, length_ms: DAY } as const;
    for (const month of [2, 9]) {
      const from = Date.UTC(2018, month, 20);
      const ticks = timeTicks(from, from + 14 * DAY, step, berlin);
      expect(ticks).toHaveLength(14);
      for (const tick of ticks) expect(wallOf(tick, berlin).hour).toBe(0);
    }
  });

  it("is in order, within the range, and spaced as asked for every length", () => {
    const from = Date.UTC(2018, 1, 27, 22, 13, 5);
    for (let length = 2000; length < 30 * 365 * DAY; length *= 1.7) {
      const step = stepFor(length, 1000, 84);
      const ticks = timeTicks(from, from + length, step, berlin);
      expect(ticks.length).toBeLessThanOrEqual(14);
      for (const [i, tick] of ticks.entries()) {
        expect(tick).toBeGreaterThanOrEqual(from);
        expect(tick).toBeLessThanOrEqual(from + length);
        if (i > 0) expect(tick).toBeGreaterThan(ticks[i - 1] ?? 0);
      }
    }
  });

  it("never puts a 31st next to a 1st", () => {
    const step = { field: "day", count: 2, length_ms: 2 * DAY } as const;
    const ticks = timeTicks(Date.UTC(2018, 0, 25), Date.UTC(2018, 1, 8), step, "UTC");
    expect(ticks.map((tick) => wallOf(tick, "UTC").day)).toEqual([25, 27, 29, 1, 3, 5, 7]);
  });
});

describe("tickLabels", () => {
  it("names the day where it begins and not again", () => {
    const from = Date.UTC(2018, 2, 3, 8);
    expect(labels(from, from + DAY, 800, "UTC")).toEqual([
      "09:00\n3 Mar 2018",
      "12:00",
      "15:00",
      "18:00",
      "21:00",
      "00:00\n4 Mar 2018",
      "03:00",
      "06:00",
    ]);
  });

  it("names the year under months", () => {
    expect(labels(Date.UTC(2018, 9, 1), Date.UTC(2019, 3, 1), 700, "UTC")).toEqual([
      "Oct\n2018",
      "Nov",
      "Dec",
      "Jan\n2019",
      "Feb",
      "Mar",
      "Apr",
    ]);
  });
});
