import { describe, expect, it } from "vitest";
import { initiativesOf } from "../../../mock/initiatives.ts";
import {
  bandLeavesData,
  breakEven,
  byWeek,
  coverageOf,
  energyColumns,
  firstGrain,
} from "./initiativeSeries.ts";

const [proven, , open] = initiativesOf(Date.UTC(2026, 5, 1));
if (!proven || !open) throw new Error("the mock has three initiatives");

describe("energyColumns", () => {
  const columns = energyColumns(proven, "day");

  it("fills nothing before the change", () => {
    const change = columns.times.findIndex((time) => time >= proven.reporting.from);
    expect(columns.gainHigh.slice(0, change).every((value) => value === null)).toBe(true);
    expect(columns.gainHigh.slice(change).some((value) => value !== null)).toBe(true);
  });

  it("opens exactly one of gain and loss, between actual and counterfactual", () => {
    columns.times.forEach((_, i) => {
      const [top, bottom] = [columns.gainHigh[i], columns.gainLow[i]];
      const [lossTop, lossBottom] = [columns.lossHigh[i], columns.lossLow[i]];
      if (typeof top !== "number" || typeof bottom !== "number") return;
      const gap = Math.abs((columns.counterfactual[i] ?? 0) - (columns.actual[i] ?? 0));
      expect(top - bottom + ((lossTop ?? 0) - (lossBottom ?? 0))).toBeCloseTo(gap, 9);
      expect(Math.min(top - bottom, (lossTop ?? 0) - (lossBottom ?? 0))).toBe(0);
    });
  });

  it("turns around when more is better", () => {
    const up = energyColumns({ ...proven, kpi: { ...proven.kpi, direction: "up" } }, "day");
    expect(up.gainHigh).not.toEqual(columns.gainHigh);
  });
});

describe("byWeek", () => {
  const weeks = byWeek(proven.series, proven.reporting.from);

  it("begins a week at the change, so that none holds days of both periods", () => {
    expect(weeks.starts).toContain(proven.reporting.from);
  });

  it("keeps the mean of the days that have both values", () => {
    const at = weeks.starts.indexOf(proven.reporting.from);
    const first = proven.series.starts.indexOf(proven.reporting.from);
    const days = proven.series.actual.slice(first, first + 7).filter((day) => day !== null);
    expect(weeks.actual[at]).toBeCloseTo(days.reduce((sum, day) => sum + day, 0) / days.length, 9);
  });
});

describe("breakEven", () => {
  it("is when the money covers the cost for good", () => {
    const even = breakEven(proven);
    const index = proven.cumulated.starts.indexOf(even ?? -1);
    expect(proven.cumulated.value[index]).toBeGreaterThanOrEqual(
      proven.cumulated.cost?.[index] ?? Number.NaN,
    );
    expect(breakEven(open)).toBeNull();
    expect(breakEven({ ...proven, cost: {} })).toBeNull();
  });
});

describe("bandLeavesData", () => {
  it("is true only where the band reaches below zero and nothing measured did", () => {
    expect(bandLeavesData({ low: [-1, 2], actual: [3, null] })).toBe(true);
    expect(bandLeavesData({ low: [-1, 2], actual: [-3, 4] })).toBe(false);
    expect(bandLeavesData({ low: [0, null], actual: [3, 4] })).toBe(false);
  });
});

describe("coverageOf", () => {
  it("is what the model rests on, or without one what the check counted", () => {
    const check = { code: "coverage-baseline", severity: "passed" as const, message: "" };
    const findings = [{ ...check, measured: 0.97 }];
    const of = (baseline: number | null) => ({ coverage: { baseline, reporting: null }, findings });
    expect(coverageOf(of(0.95), "baseline")).toBe(0.95);
    expect(coverageOf(of(null), "baseline")).toBe(0.97);
    expect(coverageOf(of(null), "reporting")).toBeNull();
  });
});

describe("firstGrain", () => {
  it("shows few days as days and many by the week", () => {
    expect(firstGrain(open)).toBe("day");
    expect(firstGrain(proven)).toBe("week");
  });
});
