import { describe, expect, it } from "vitest";
import {
  decimalsForMagnitude,
  decimalsOf,
  formatBytes,
  formatNumber,
  formatReading,
  formatShare,
  formatTicks,
  resolutionOf,
} from "./number.ts";

describe("formatTicks", () => {
  it("keeps one unit to an axis, and large numbers short", () => {
    const texts = (ticks: number[], step: number) =>
      formatTicks(ticks, step, "en-GB").map((text) => text.replaceAll("\u00a0", " "));
    expect(texts([0, 20e6, 83.6e6], 0.2e6)).toEqual(["0", "20.0 M", "83.6 M"]);
    expect(texts([-1e6, 0, 1e6], 1e6)).toEqual(["\u22121 M", "0", "1 M"]);
    expect(texts([0, 50_000, 100_000], 50_000)).toEqual(["0", "50 k", "100 k"]);
    expect(texts([0, 0.5, 1], 0.5)).toEqual(["0.0", "0.5", "1.0"]);
  });

  it("tells tiny numbers apart: no two ticks read alike", () => {
    for (let step = 1; step > 1e-12; step /= 10) {
      const ticks = [-step, 0, step, 2 * step, 20 * step];
      const texts = formatTicks(ticks, step, "en-GB");
      expect(new Set(texts).size).toBe(ticks.length);
      expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(12);
    }
    expect(formatTicks([0, 5e-8], 5e-8, "en-GB")).toEqual([
      "0",
      "5\u00a0\u00d7\u00a010\u207b\u2078",
    ]);
  });
});

describe("decimalsOf", () => {
  it("counts what a value is written with", () => {
    expect([3, 3.1, 3.17, 100.05, 0.001].map((value) => decimalsOf(value))).toEqual([
      0, 1, 2, 2, 3,
    ]);
  });

  it("sees through the float", () => {
    expect(decimalsOf(0.1 + 0.2)).toBe(1);
    expect(decimalsOf(959_636.71)).toBe(2);
  });

  it("never exceeds six, and takes what is not finite for whole", () => {
    expect(decimalsOf(Math.PI)).toBe(6);
    expect(decimalsOf(Number.NaN)).toBe(0);
  });
});

describe("resolutionOf", () => {
  it("is the finest of the values but never more than five significant digits", () => {
    expect(resolutionOf([3.17, 4, null])).toBe(2);
    expect(resolutionOf([37.428571])).toBe(3);
    expect(resolutionOf([12_345.678])).toBe(0);
    expect(resolutionOf([])).toBe(0);
  });

  it("agrees with the size of the largest", () => {
    expect(decimalsForMagnitude(0.0123, 3)).toBe(4);
    expect(decimalsForMagnitude(1234, 5)).toBe(1);
  });
});

describe("formatNumber", () => {
  it("writes a true minus and no negative zero", () => {
    expect(formatNumber(-1234.5, 1, "en-GB")).toBe("\u22121,234.5");
    expect(formatNumber(-0.001, 1, "en-GB")).toBe("0.0");
    expect(formatNumber(1234.5, 1, "de-DE")).toBe("1.234,5");
  });
});

describe("formatReading", () => {
  it("has no nine decimals", () => {
    expect(formatReading(37.123456789, "en-GB")).toBe("37.123");
    expect(formatReading(21.5, "en-GB")).toBe("21.5");
  });
});

describe("formatShare", () => {
  it("says 100 % only of the whole and 0 % only of nothing", () => {
    expect(formatShare(1, "en-GB")).toBe("100\u00a0%");
    expect(formatShare(0.99999, "en-GB")).toBe("99.9\u00a0%");
    expect(formatShare(0.00001, "en-GB")).toBe("0.1\u00a0%");
    expect(formatShare(0, "en-GB")).toBe("0\u00a0%");
  });
});

describe("formatBytes", () => {
  it("uses decimal multiples", () => {
    expect(formatBytes(999, "en-GB")).toBe("999\u00a0B");
    expect(formatBytes(1_400_000, "en-GB")).toBe("1.4\u00a0MB");
  });
});
