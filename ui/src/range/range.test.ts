import { describe, expect, it } from "vitest";
import { parseMoment, writeMoment } from "./moment.ts";
import {
  defaultRange,
  panSpan,
  parseRange,
  type RangeSpec,
  resolveRange,
  SHORTEST_MS,
  unreadableRange,
  writeRange,
  zoomSpan,
} from "./range.ts";

const DAY = 86_400_000;
const now = Date.UTC(2018, 5, 1, 12);
const context = {
  now,
  first: Date.UTC(2018, 0, 1),
  last: Date.UTC(2018, 4, 31),
  zone: "Europe/Berlin",
};

describe("a range in the address", () => {
  const specs: RangeSpec[] = [
    { kind: "last", key: "7d" },
    { kind: "year" },
    { kind: "all" },
    { kind: "fixed", from: Date.UTC(2018, 2, 1), to: Date.UTC(2018, 2, 2, 0, 0, 0, 5) },
  ];

  it("reads back what was written, and keeps the rest", () => {
    for (const spec of specs) {
      const params = writeRange(new URLSearchParams("tag=a&range=1h&from=x&to=y"), spec);
      expect(parseRange(params)).toEqual(spec);
      expect(params.get("tag")).toBe("a");
    }
  });

  it("is none when it is broken", () => {
    for (const text of [
      "",
      "range=9y",
      "from=2018-01-01",
      "from=2018-01-02&to=2018-01-01",
      "from=x&to=y",
    ]) {
      expect(parseRange(new URLSearchParams(text))).toBeNull();
    }
  });
});

describe("resolveRange", () => {
  it("starts this year at the plant's midnight", () => {
    expect(resolveRange({ kind: "year" }, context).from).toBe(Date.UTC(2017, 11, 31, 23));
  });

  it("holds the last sample when all is asked for, and stands when there is none", () => {
    const all = resolveRange({ kind: "all" }, context);
    expect(all.from).toBe(context.first);
    expect(all.to).toBeGreaterThan(context.last);
    const empty = resolveRange({ kind: "all" }, { ...context, first: null, last: null });
    expect(empty.to - empty.from).toBe(DAY);
    const single = resolveRange({ kind: "all" }, { ...context, first: now, last: now });
    expect(single.to - single.from).toBeGreaterThanOrEqual(SHORTEST_MS);
  });
});

describe("defaultRange", () => {
  it("is the last day while data flow and everything when they do not", () => {
    expect(defaultRange({ ...context, last: now - 1000 })).toEqual({ kind: "last", key: "24h" });
    expect(defaultRange({ ...context, last: now - 30 * DAY })).toEqual({ kind: "all" });
    expect(defaultRange({ ...context, last: null })).toEqual({ kind: "all" });
  });
});

describe("zoom and pan", () => {
  const span = { from: 0, to: 1000 * 3600 };

  it("undo themselves", () => {
    expect(panSpan(panSpan(span, 0.25), -0.25)).toEqual(span);
    expect(zoomSpan(zoomSpan(span, 0.5, 0.3), 2, 0.3)).toEqual(span);
  });

  it("keep what is under the pointer", () => {
    const zoomed = zoomSpan(span, 0.1, 0.7);
    const at = 0.7 * 1000 * 3600;
    expect((at - zoomed.from) / (zoomed.to - zoomed.from)).toBeCloseTo(0.7, 5);
  });

  it("stop at a second", () => {
    const least = zoomSpan({ from: 0, to: SHORTEST_MS }, 0.1);
    expect(least.to - least.from).toBe(SHORTEST_MS);
  });
});

describe("moments", () => {
  it("read back what was written, in the plant's zone", () => {
    for (const time of [now, context.first, Date.UTC(2018, 6, 9, 7, 8, 9)]) {
      expect(parseMoment(writeMoment(time, "Asia/Seoul"), "Asia/Seoul")).toBe(time);
    }
    expect(parseMoment("2018-03-01", "UTC")).toBe(Date.UTC(2018, 2, 1));
  });

  it("are refused when no calendar has them", () => {
    for (const text of [
      "",
      "2018",
      "2018-13-01",
      "2018-02-30",
      "2018-03-01 25:00",
      "1/3/2018",
      "2018-03-01 10:61",
    ]) {
      expect(parseMoment(text, "UTC")).toBeNull();
    }
  });
});

describe("unreadableRange", () => {
  const told = (search: string) => unreadableRange(new URLSearchParams(search));

  it("names what an address says and nobody can read", () => {
    expect(told("from=x")).toBe("from=x");
    expect(told("range=fortnight")).toBe("range=fortnight");
    expect(told("from=2018-03-02&to=2018-03-01")).toBe("from=2018-03-02, to=2018-03-01");
  });

  it("is silent where a range can be read or none is named", () => {
    expect(told("")).toBeNull();
    expect(told("range=all")).toBeNull();
    expect(told("from=2018-03-01&to=2018-03-02")).toBeNull();
  });
});
