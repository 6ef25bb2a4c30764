import { describe, expect, it } from "vitest";
import { instantOf, isZone, offsetOf, type Wall, wallOf } from "./zone.ts";

const HOUR = 3_600_000;
const berlin = "Europe/Berlin";

function wall(year: number, month: number, day: number, hour = 0, minute = 0): Wall {
  return { year, month, day, hour, minute, second: 0 };
}

describe("instantOf", () => {
  it("is the inverse of wallOf wherever the wall is unambiguous", () => {
    for (let time = Date.UTC(2018, 0, 1); time < Date.UTC(2019, 0, 1); time += 37 * HOUR) {
      for (const zone of ["UTC", berlin, "Asia/Seoul", "America/St_Johns", "Australia/Lord_Howe"]) {
        expect(instantOf(wallOf(time, zone), zone)).toBe(time);
      }
    }
  });

  it("takes the first of an hour that occurs twice", () => {
    expect(instantOf(wall(2018, 10, 28, 2, 30), berlin)).toBe(Date.UTC(2018, 9, 28, 0, 30));
  });

  it("takes the jump for an hour that is skipped", () => {
    expect(instantOf(wall(2018, 3, 25, 2, 30), berlin)).toBe(Date.UTC(2018, 2, 25, 1, 0));
  });

  it("lets fields overflow", () => {
    expect(instantOf(wall(2018, 13, 1), "UTC")).toBe(Date.UTC(2019, 0, 1));
    expect(instantOf(wall(2018, 2, 30), "UTC")).toBe(Date.UTC(2018, 2, 2));
  });
});

describe("offsetOf", () => {
  it("follows daylight saving", () => {
    expect(offsetOf(Date.UTC(2018, 0, 1), berlin)).toBe(HOUR);
    expect(offsetOf(Date.UTC(2018, 6, 1), berlin)).toBe(2 * HOUR);
  });

  it("holds before 1970, where milliseconds are negative", () => {
    expect(offsetOf(-1, "UTC")).toBe(0);
  });
});

describe("isZone", () => {
  it("knows IANA names and nothing else", () => {
    expect(isZone("Asia/Seoul")).toBe(true);
    expect(isZone("Mars/Olympus")).toBe(false);
  });
});
