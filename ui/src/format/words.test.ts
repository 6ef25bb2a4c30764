import { describe, expect, it } from "vitest";
import { languageOf } from "../app/settings.tsx";
import { formatAge, formatDuration } from "./duration.ts";
import { estimateStep, formatEstimate, formatMoney, roundSignificant } from "./money.ts";
import { formatClock, formatMoment, formatPeriod } from "./time.ts";
import { unitLabel } from "./unit.ts";

const en = "en-GB";
const plain = (text: string) => text.replaceAll("\u00a0", " ");

describe("formatAge", () => {
  it("uses the largest unit that says something", () => {
    const ages = [0, 12_000, 90_000, 3 * 3_600_000, 41 * 86_400_000, 8.9 * 365.25 * 86_400_000];
    expect(ages.map((age) => plain(formatAge(age, en)))).toEqual([
      "0 s",
      "12 s",
      "1 min",
      "3 h",
      "41 d",
      "8 y",
    ]);
  });

  it("speaks the language of the reader", () => {
    const day = 86_400_000;
    const ages = [12_000, 3 * 3_600_000, 41 * day, 8.9 * 365.25 * day];
    expect(ages.map((age) => plain(formatAge(age, "de-DE")))).toEqual([
      "12 s",
      "3 h",
      "41 Tg.",
      "8 J.",
    ]);
    expect(plain(formatDuration(3 * day, "de-DE"))).toBe("3 Tg.");
  });

  it("takes a clock that runs ahead for no age", () => {
    expect(plain(formatAge(-5000, en))).toBe("0 s");
  });
});

describe("formatDuration", () => {
  it("uses two units at most", () => {
    expect(plain(formatDuration(15 * 60_000, en))).toBe("15 min");
    expect(plain(formatDuration(2 * 3_600_000 + 15 * 60_000 + 3000, en))).toBe("2 h 15 min");
    expect(plain(formatDuration(250, en))).toBe("250 ms");
  });
});

describe("money", () => {
  it("rounds an estimate and its band to one place", () => {
    const estimate = { value: 14_213.4, low: 9_812.7, high: 18_904.1 };
    expect(formatEstimate(estimate, en)).toEqual({ value: "14,200", low: "9,800", high: "18,900" });
    expect(estimateStep([0, null])).toBe(1);
  });

  it("keeps what is unknown unknown", () => {
    const unknown = { value: null, low: null, high: null };
    expect(formatEstimate(unknown, en)).toEqual(unknown);
  });

  it("keeps cents of small amounts only", () => {
    expect(plain(formatMoney(4.256, "EUR", en))).toBe("4.26 EUR");
    expect(plain(formatMoney(1_234_567, "EUR", en))).toBe("1,230,000 EUR");
    expect(roundSignificant(0, 3)).toBe(0);
  });
});

describe("time", () => {
  const time = Date.UTC(2018, 2, 3, 13, 15, 30, 250);

  it("is in the zone of the plant and as exact as asked", () => {
    expect(formatClock(time, "Europe/Berlin")).toBe("14:15");
    expect(formatClock(time, "Europe/Berlin", 1000)).toBe("14:15:30");
    expect(formatClock(time, "Europe/Berlin", 1)).toBe("14:15:30.250");
    expect(formatMoment(time, "Asia/Seoul", en)).toBe("Sat 3 Mar 2018 22:15");
  });

  it("names the last day of a period whose end is a midnight", () => {
    const year = formatPeriod(Date.UTC(2018, 0, 1), Date.UTC(2019, 0, 1), "UTC", en, "to");
    expect(year).toBe("1 Jan to 31 Dec 2018");
    const day = formatPeriod(Date.UTC(2018, 0, 1), Date.UTC(2018, 0, 2), "UTC", en, "to");
    expect(day).toBe("1 Jan 2018");
  });
});

describe("languageOf", () => {
  it("takes the first language of the browser that it has words for", () => {
    expect(languageOf(["de-AT", "en"])).toBe("de");
    expect(languageOf(["fr-FR", "en-GB", "de"])).toBe("en");
    expect(languageOf(["fr", "de-DE"])).toBe("de");
    expect(languageOf([])).toBe("en");
  });
});

describe("unitLabel", () => {
  it("writes units as people do", () => {
    const units = ["degC", "m3/h", "m2", "1", "kWh", "kg CO2", "l/100km", "tCO2"];
    expect(units.map(unitLabel)).toEqual([
      "\u00b0C",
      "m\u00b3/h",
      "m\u00b2",
      "",
      "kWh",
      "kg CO2",
      "l/100km",
      "tCO2",
    ]);
  });
});
