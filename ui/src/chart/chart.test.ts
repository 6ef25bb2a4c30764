import { describe, expect, it } from "vitest";
import { bucketFor, detailFor, fetchSpan } from "./buckets.ts";
import { elide, shortNames, spread } from "./labels.ts";
import { seriesColour, withAlpha } from "./palette.ts";
import { breakAtGaps, runsOfBuckets, runsOfSamples, severityOf } from "./quality.ts";
import { paddedExtent } from "./scale.ts";
import { nearest } from "./search.ts";
import { stateRuns, stateShares, statesByName } from "./states.ts";

const MINUTE = 60_000;
const YEAR = 365 * 86_400_000;
const BAD = 0x803c0000;
const UNCERTAIN = 0x40000000;

describe("buckets", () => {
  it("are never more than the pixels", () => {
    for (let length = 1000; length < 20 * YEAR; length *= 1.31) {
      expect(length / bucketFor(length, 1000).length_ms).toBeLessThanOrEqual(1000);
    }
    expect(bucketFor(YEAR, 1200).text).toBe("8h");
  });

  it("give way to raw samples when these fit, and never are narrower than two intervals", () => {
    expect(detailFor(86_400_000, 1000, 15 * MINUTE)).toEqual({ kind: "raw" });
    expect(detailFor(YEAR, 1200, 15 * MINUTE).kind).toBe("buckets");
    for (let length = MINUTE; length < YEAR; length *= 1.4) {
      const detail = detailFor(length, 1000, MINUTE);
      if (detail.kind === "buckets") expect(detail.bucket_ms).toBeGreaterThanOrEqual(2 * MINUTE);
    }
  });

  it("are asked for beyond the view, the same for small moves", () => {
    const view = { from: 1_000_000_000, to: 1_000_000_000 + 3_600_000 };
    const span = fetchSpan(view, MINUTE);
    expect(span.from).toBeLessThanOrEqual(view.from - 1_800_000);
    expect(span.to).toBeGreaterThanOrEqual(view.to + 1_800_000);
    expect(fetchSpan({ from: view.from + 1, to: view.to + 1 }, MINUTE)).toEqual(span);
  });
});

describe("quality", () => {
  it("reads the severity from the two top bits", () => {
    expect([0, UNCERTAIN, BAD, 0xc0000000].map(severityOf)).toEqual([
      "good",
      "uncertain",
      "bad",
      "bad",
    ]);
  });

  it("breaks a line at a gap and at what is not good, and nowhere else", () => {
    const times = [0, 1, 2, 6, 7].map((minute) => minute * MINUTE);
    const broken = breakAtGaps(times, [1, 2, 3, 4, 5], [0, BAD, 0, 0, 0], MINUTE);
    expect(broken.values).toEqual([1, null, 3, null, 4, 5]);
    expect(broken.times).toHaveLength(6);
    expect(breakAtGaps(times, [1, 2, 3, 4, 5], null, null).values).toEqual([1, 2, 3, 4, 5]);
  });

  it("shows gaps and bad stretches of samples as runs", () => {
    const times = [0, 1, 2, 6, 7].map((minute) => minute * MINUTE);
    expect(runsOfSamples(times, [0, BAD, BAD, 0, UNCERTAIN], MINUTE)).toEqual([
      { from: MINUTE, to: 3 * MINUTE, state: "bad" },
      { from: 3 * MINUTE, to: 6 * MINUTE, state: "missing" },
      { from: 7 * MINUTE, to: 8 * MINUTE, state: "uncertain" },
    ]);
  });

  it("does not call missing what was never due", () => {
    const starts = [0, 10, 20, 30, 40];
    const runs = runsOfBuckets(starts, 10, [0, 5, 0, 2, 0], [0, 5, 0, 5, 0], {
      first: 10,
      last: 35,
    });
    expect(runs).toEqual([
      { from: 20, to: 30, state: "missing" },
      { from: 30, to: 40, state: "uncertain" },
    ]);
  });
});

describe("labels", () => {
  it("are spread apart, in order, within bounds, and left alone when they do not collide", () => {
    expect(spread([10, 50], 16, 0, 100)).toEqual([10, 50]);
    const places = spread([50, 51, 52, 99], 16, 0, 100);
    const sorted = [...places].sort((a, b) => a - b);
    for (let i = 1; i < sorted.length; i++) {
      expect((sorted[i] ?? 0) - (sorted[i - 1] ?? 0)).toBeGreaterThanOrEqual(16);
    }
    expect(Math.max(...places)).toBeLessThanOrEqual(100);
    expect(Math.min(...spread([1, 1, 1, 1, 1, 1, 1, 1], 16, 0, 50))).toBeGreaterThanOrEqual(0);
  });

  it("are as short as tells tags apart", () => {
    expect(shortNames(["a/line-1/flow", "a/line-2/flow", "a/line-1/speed"])).toEqual([
      "line-1/flow",
      "line-2/flow",
      "speed",
    ]);
    expect(shortNames(["flow", "a/flow"])).toEqual(["flow", "a/flow"]);
    expect(shortNames(["a/b", "a/b"])).toEqual(["b", "b"]);
  });

  it("keep their end when they are cut", () => {
    expect(elide("northfield/energy", 8)).toBe("\u2026/energy");
    expect(elide("energy", 8)).toBe("energy");
  });
});

describe("paddedExtent", () => {
  it("takes in a limit that is near and leaves out one that is far", () => {
    expect(paddedExtent({ low: 0, high: 10 }, [12]).high).toBeGreaterThan(12);
    expect(paddedExtent({ low: 0, high: 10 }, [100]).high).toBeLessThan(11);
  });

  it("has a height even for a constant and stays at zero for what is never negative", () => {
    const flat = paddedExtent({ low: 5, high: 5 }, []);
    expect(flat.high).toBeGreaterThan(flat.low);
    expect(paddedExtent({ low: 0.1, high: 10 }, []).low).toBe(0);
    expect(paddedExtent({ low: -1, high: 10 }, []).low).toBeLessThan(-1);
  });
});

describe("states", () => {
  const times = [0, 10, 20, 60, 70];
  const values = ["run", "run", "stop", "run", null];

  it("join while equal and end at a gap", () => {
    expect(stateRuns(times, values, 10, 25)).toEqual([
      { from: 0, to: 20, state: "run" },
      { from: 20, to: 30, state: "stop" },
      { from: 60, to: 70, state: "run" },
    ]);
  });

  it("share the time that is known", () => {
    const runs = stateRuns(times, values, 10, 25);
    const shares = stateShares(runs, { from: 0, to: 100 });
    expect(shares.map((one) => one.state)).toEqual(["run", "stop"]);
    expect(shares.reduce((sum, one) => sum + one.share, 0)).toBeCloseTo(1, 12);
    expect(statesByName(runs)).toEqual(["run", "stop"]);
  });
});

describe("nearest", () => {
  it("finds what a linear search finds", () => {
    const times = [0, 3, 4, 10, 11, 30];
    for (let time = -5; time < 40; time += 0.7) {
      const best = Math.min(...times.map((one) => Math.abs(one - time)));
      const found = nearest(times, time) ?? -1;
      expect(Math.abs((times[found] ?? 0) - time)).toBe(best);
    }
    expect(nearest([], 1)).toBeNull();
  });
});

describe("palette", () => {
  it("turns grey beyond the sixth series", () => {
    expect(seriesColour("light", 6)).toBe(seriesColour("light", 7));
    expect(withAlpha("#102030", 0.5)).toBe("#10203080");
  });
});
