import { describe, expect, it } from "vitest";
import type { Tag } from "../../api/types.ts";
import { lifeOf } from "../../app/place.ts";
import { panesOf, placeSeries } from "./panes.ts";
import { findTags } from "./TagPicker.tsx";
import { trendTable } from "./table.ts";
import {
  intervalOf,
  requestFor,
  seriesOfBuckets,
  seriesOfSamples,
  summaryOf,
  valueAt,
} from "./trendData.ts";
import { livedSpan } from "./useTrendSentence.ts";

const HOUR = 3_600_000;
const tag = (path: string, unit: string, type: Tag["type"] = "double"): Tag => ({
  path,
  type,
  unit,
  description: "",
  source: "",
  declared: true,
  samples: 5,
  first: 0,
  last: 4 * HOUR,
  interval_ms: HOUR,
});
const flow = tag("a/flow", "m3/h");
const state = tag("a/state", "", "string");
const samples = (one: Tag, values: (number | string)[]) =>
  seriesOfSamples(one, {
    tag: one.path,
    type: one.type,
    unit: one.unit,
    times: values.map((_, i) => i * HOUR),
    values,
    qualities: null,
    next: null,
  });

describe("requestFor", () => {
  it("asks for every sample of a text, and of a number when they fit", () => {
    const view = { from: 0, to: 1000 * HOUR };
    expect(requestFor(state, view, 100).detail.kind).toBe("raw");
    expect(requestFor(flow, view, 1000).detail.kind).toBe("raw");
    expect(requestFor(flow, view, 100).detail.kind).toBe("buckets");
  });

  it("works out the interval of a tag that has none declared", () => {
    expect(intervalOf({ ...flow, interval_ms: null })).toBe(HOUR);
    expect(intervalOf({ ...flow, interval_ms: null, samples: 1 })).toBeNull();
  });
});

describe("series", () => {
  it("of buckets stand in their middle, keep gaps, and weigh by their samples", () => {
    const aggregate = {
      from: 0,
      to: 3 * HOUR,
      bucket_ms: HOUR,
      starts: [0, HOUR, 2 * HOUR],
      skipped: [],
    };
    const column = { tag: flow.path, unit: flow.unit };
    const series = seriesOfBuckets(
      flow,
      { kind: "buckets", bucket: "1h", bucket_ms: HOUR },
      {
        ...aggregate,
        series: [
          {
            ...column,
            count: [2, 0, 1],
            mean: [5, null, 7],
            last: [6, null, 7.5],
            min: [4, null, 7],
            max: [6, null, 7],
          },
        ],
      },
      { ...aggregate, series: [{ ...column, count: [2, 0, 3] }] },
    );
    expect(series.times[0]).toBe(HOUR / 2);
    expect(series.values).toEqual([5, null, 7]);
    expect(series.runs.map((run) => run.state)).toEqual(["missing", "uncertain"]);
    expect(summaryOf(series, { from: 0, to: 3 * HOUR })).toEqual({
      low: 4,
      high: 7,
      mean: (2 * 5 + 7) / 3,
      newest: 7.5,
    });
  });

  it("tell no number before the first sample, in a gap, or long after the last", () => {
    const times = [9, 10, 14].map((hour) => hour * HOUR);
    const base = { tag: flow.path, type: flow.type, unit: flow.unit, qualities: null, next: null };
    const series = seriesOfSamples(flow, { ...base, times, values: [75, 76, 77] });
    const at = (hour: number) => valueAt(series, hour * HOUR);
    expect([-1, 8.99, 11.5, 13.9, 16.6].map(at)).toEqual([null, null, null, null, null]);
    expect([9, 9.6, 10.5, 14, 16.4].map(at)).toEqual([75, 76, 76, 77, 77]);
  });

  it("of buckets tell a number only inside a bucket that has one", () => {
    const aggregate = { from: 0, to: HOUR, bucket_ms: HOUR, skipped: [] };
    const column = { tag: flow.path, unit: flow.unit, count: [3, 0], mean: [75, null] };
    const all = { ...aggregate, starts: [9 * HOUR, 10 * HOUR], series: [column] };
    const detail = { kind: "buckets", bucket: "1h", bucket_ms: HOUR } as const;
    const series = seriesOfBuckets(flow, detail, all, all);
    const at = (hour: number) => valueAt(series, hour * HOUR);
    expect([-1, 8.9, 9.1, 9.9, 10.1, 12].map(at)).toEqual([null, null, 75, 75, null, null]);
  });

  it("tell what stands at a time", () => {
    expect(valueAt(samples(flow, [1, 2, 3]), 1.4 * HOUR)).toBe(2);
    const states = samples(state, ["run", "run", "stop"]);
    expect(valueAt(states, 1.9 * HOUR)).toBe("run");
    expect(valueAt(states, 99 * HOUR)).toBeNull();
  });
});

describe("panes", () => {
  const tags = [flow, tag("a/speed", "m/s"), tag("b/flow", "m3/h"), state];
  const placed = placeSeries(tags, [
    samples(flow, [1]),
    samples(tags[1] ?? flow, [2]),
    samples(flow, [3]),
    samples(state, ["x"]),
  ]);

  it("are one to a unit when stacked, and one for all numbers when overlaid", () => {
    const units = (layout: "stacked" | "overlaid") =>
      panesOf(placed, layout).map((pane) => pane.units);
    expect(units("stacked")).toEqual([["m\u00b3/h"], ["m/s"], []]);
    expect(units("overlaid")).toEqual([["m\u00b3/h", "m/s"], []]);
  });

  it("keep the colour of a tag, whichever pane it is in", () => {
    expect(panesOf(placed, "stacked")[0]?.members.map((one) => one.index)).toEqual([0, 2]);
  });
});

describe("trendTable", () => {
  it("has a row to each time in the span and empty cells where a tag has none", () => {
    const placed = placeSeries(
      [flow, state],
      [samples(flow, [1, 2, 3]), samples(state, ["run", "stop"])],
    );
    expect(trendTable(placed, { from: HOUR, to: 3 * HOUR })).toEqual([
      ["time", "a/flow [m3/h]", "a/state"],
      ["1970-01-01T01:00:00.000Z", 2, "stop"],
      ["1970-01-01T02:00:00.000Z", 3, null],
    ]);
  });
});

describe("trendTable of buckets", () => {
  it("writes each by its start and says how long it is", () => {
    const range = { from: 0, to: 2 * HOUR, bucket_ms: HOUR, starts: [0, HOUR], skipped: [] };
    const column = { tag: flow.path, unit: flow.unit, count: [2, 2] };
    const figures = { mean: [5, 7], min: [4, 6], max: [6, 8], last: [6, 8] };
    const answer = { ...range, series: [{ ...column, ...figures }] };
    const detail = { kind: "buckets", bucket: "1h", bucket_ms: HOUR } as const;
    const series = seriesOfBuckets(flow, detail, answer, answer);
    expect(trendTable(placeSeries([flow], [series]), { from: 0, to: 2 * HOUR })).toEqual([
      [
        "time",
        "a/flow mean of 1h from time [m3/h]",
        "a/flow lowest of 1h from time [m3/h]",
        "a/flow highest of 1h from time [m3/h]",
      ],
      ["1970-01-01T00:00:00.000Z", 5, 4, 6],
      ["1970-01-01T01:00:00.000Z", 7, 6, 8],
    ]);
  });
});

describe("livedSpan", () => {
  it("is where the tags have data, never beyond", () => {
    const life = lifeOf([
      { first: 2, last: 5 },
      { first: 3, last: 9 },
    ]);
    expect(livedSpan({ from: 0, to: 100 }, life)).toEqual({ from: 2, to: 10 });
    expect(livedSpan({ from: 4, to: 6 }, life)).toEqual({ from: 4, to: 6 });
    expect(livedSpan({ from: 50, to: 60 }, life)).toEqual({ from: 50, to: 60 });
    expect(livedSpan({ from: 0, to: 1 }, lifeOf([{ first: null, last: null }]))).toEqual({
      from: 0,
      to: 1,
    });
  });
});

describe("findTags", () => {
  it("puts the scope first and wants every word", () => {
    const tags = [tag("a/flow", "m3/h"), tag("b/flow", "m3/h"), tag("b/speed", "m/s")];
    expect(findTags(tags, "flow", "b").map((one) => one.path)).toEqual(["b/flow", "a/flow"]);
    expect(findTags(tags, "m/s speed", "").map((one) => one.path)).toEqual(["b/speed"]);
  });
});
