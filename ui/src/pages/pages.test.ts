import { describe, expect, it } from "vitest";
import type {
  Coverage,
  DeadLetter,
  InitiativeSummary,
  LastValue,
  SqlResult,
} from "../api/types.ts";
import { searchFor } from "../app/address.ts";
import { flowOf } from "../app/shell/flow.ts";
import { type Choice, searchChoices } from "../app/shell/palette.ts";
import { csvOf } from "../parts/save.ts";
import { commonParent, relativePath } from "../tree/tree.ts";
import { de } from "../words/de.ts";
import { en } from "../words/en.ts";
import { mergeCells, stripGradient } from "./data/strip.ts";
import { attentionOf, groupLetters, overallCoverage } from "./home/overview.ts";
import { codeOf, safeNext } from "./login/next.ts";
import { offsetOf, placeOf } from "./sql/errors.ts";
import { chartOf, parseSqlTime } from "./sql/result.ts";
import { moneyScale, niceStep } from "./value/moneyScale.ts";
import { provenCount, provenTotals, totalsText, verdictSentence } from "./value/verdict.ts";

describe("signing in", () => {
  it("takes the code from behind the hash", () => {
    expect(codeOf("#code=abc")).toBe("abc");
    expect(codeOf("")).toBeNull();
  });

  it("never leads to another server", () => {
    for (const next of [
      "//evil.example",
      "https://evil.example",
      "/\\evil.example",
      null,
      "/login?next=/",
    ]) {
      expect(safeNext(next)).toBe("/");
    }
    expect(safeNext("/trends?tag=a")).toBe("/trends?tag=a");
  });
});

describe("addresses", () => {
  it("carry scope and range from page to page, and nothing else", () => {
    const current = new URLSearchParams("scope=a/b&range=7d&tag=x");
    expect(searchFor(current, {})).toBe("?scope=a/b&range=7d");
    expect(searchFor(current, { from: "1", to: "2" })).toBe("?scope=a/b&from=1&to=2");
    expect(searchFor(current, { scope: null, range: "all" })).toBe("?range=all");
    expect(searchFor(current, { tag: ["p/q", "r"] })).toBe("?scope=a/b&range=7d&tag=p/q&tag=r");
  });
});

describe("flowOf", () => {
  it("says live only while data flow", () => {
    expect(flowOf("open", 1000, 2000).kind).toBe("live");
    expect(flowOf("open", 1000, 100_000)).toEqual({ kind: "idle", age_ms: 99_000 });
    expect(flowOf("open", null, 2000).kind).toBe("empty");
    expect(flowOf("lost", 1000, 1000).kind).toBe("lost");
    expect(flowOf("connecting", 1000, 1000).kind).toBe("connecting");
  });
});

describe("the palette", () => {
  const choice = (name: string, kind: Choice["kind"]): Choice => ({
    id: name,
    kind,
    name,
    hint: "",
    words: name.toLowerCase(),
    run: () => {},
  });
  const choices = [
    choice("Trends", "page"),
    choice("acme/overflow", "tag"),
    choice("acme/flow", "tag"),
  ];

  it("wants every word and likes the start of one", () => {
    expect(searchChoices(choices, "acme flow", 9).map((one) => one.name)).toEqual([
      "acme/flow",
      "acme/overflow",
    ]);
    expect(searchChoices(choices, "nope", 9)).toEqual([]);
  });

  it("offers pages before anything is typed", () => {
    expect(searchChoices(choices, "", 9).map((one) => one.kind)).toEqual(["page"]);
  });
});

describe("home", () => {
  const value = (tag: string, time: number, state: LastValue["state"]): LastValue => ({
    tag,
    type: "double",
    unit: "",
    time,
    value: 1,
    quality: "good",
    state,
    interval_ms: 1000,
  });

  it("puts what broke last first", () => {
    const values = [
      value("a", 1000, "live"),
      value("b", 5000, "live"),
      value("c", 99_000, "live"),
      value("d", 1, "bad"),
    ];
    const { stale, bad } = attentionOf(values, 100_000);
    expect(stale.map((one) => one.tag)).toEqual(["b", "a"]);
    expect(bad.map((one) => one.tag)).toEqual(["d"]);
  });

  it("counts every tag alike, and leaves out what is not known", () => {
    const due = { interval_ms: 1, on_change: false, from: 0 };
    const tag = { ...due, samples: 0, gaps: [], cells: [], bad: 0, dead_letters: 0 };
    const coverage: Coverage = {
      from: 0,
      to: 1,
      tags: [
        { ...tag, tag: "a", expected: 300, coverage: 1 },
        { ...tag, tag: "b", expected: 100, coverage: 0.5 },
        { ...tag, tag: "c", expected: null, coverage: null },
      ],
    };
    expect(overallCoverage(coverage)).toBe(0.75);
    expect(overallCoverage({ ...coverage, tags: [] })).toBeNull();
  });

  it("groups what was refused", () => {
    const letter = (source: string, code: string, received: number): DeadLetter => ({
      source,
      code,
      received,
      place: "",
      reason: code,
    });
    const groups = groupLetters([letter("a", "x", 1), letter("a", "x", 3), letter("b", "x", 2)]);
    expect(groups.map(({ source, count, newest }) => [source, count, newest])).toEqual([
      ["a", 2, 3],
      ["b", 1, 2],
    ]);
  });
});

describe("coverage strips", () => {
  it("do not colour a cell that only began between two samples", () => {
    // 100 cells of 14.4 minutes over samples every 15: some cells hold none, none is missing.
    const cells = Array.from({ length: 100 }, (_, i) => {
      const inside = Math.ceil(((i + 1) * 14.4) / 15) - Math.ceil((i * 14.4) / 15);
      return Math.min(1, inside / (14.4 / 15));
    });
    const merged = mergeCells(cells, 86_400_000, 900_000);
    expect(stripGradient(merged)).toBe(
      "linear-gradient(to right, var(--strip-full) 0.000% 100.000%)",
    );
  });

  it("show a hole where one is", () => {
    const cells = [1, 1, 0, 0, 1];
    const gradient = stripGradient(mergeCells(cells, 5 * 100_000, 1000));
    expect(gradient).toContain("var(--strip-empty) 40.000% 80.000%");
  });
});

describe("plant tables", () => {
  it("say once what all paths share", () => {
    expect(commonParent(["a/b/c", "a/b/d/e"])).toBe("a/b");
    expect(commonParent(["a/b", "c/d"])).toBe("");
    expect(commonParent([])).toBe("");
    expect(relativePath("a/b/c", "a/b")).toBe("c");
    expect(relativePath("a/bc", "a/b")).toBe("a/bc");
  });
});

describe("SQL", () => {
  const result = (columns: SqlResult["columns"]): SqlResult => ({
    columns,
    rows: columns[0]?.values.length ?? 0,
    truncated: false,
    elapsed_ms: 1,
    notices: [],
  });

  it("reads times as DuckDB writes them", () => {
    const time = Date.UTC(2018, 0, 1, 0, 15);
    for (const text of [
      "2018-01-01 00:15:00+00",
      "2018-01-01 01:15:00+01",
      "2018-01-01T00:15:00Z",
      "2018-01-01 00:15:00.000000",
    ]) {
      expect(parseSqlTime(text)).toBe(time);
    }
    expect(parseSqlTime("2018-01-01")).toBe(Date.UTC(2018, 0, 1));
    for (const text of ["Monday", "", "2018-13-45", null]) expect(parseSqlTime(text)).toBeNull();
  });

  it("draws a line to each text over time", () => {
    const chart = chartOf(
      result([
        { name: "ts", type: "TIMESTAMP", values: ["2018-01-01", "2018-01-02", "2018-01-01"] },
        { name: "tag", type: "VARCHAR", values: ["a", "a", "b"] },
        { name: "v", type: "DOUBLE", values: [1, 2, 3] },
      ]),
    );
    expect(chart).toMatchObject({
      kind: "time",
      lines: [
        { name: "a", values: [1, 2] },
        { name: "b", values: [3, null] },
      ],
    });
  });

  it("draws bars by name and nothing without a number", () => {
    const names = { name: "code", type: "VARCHAR", values: ["x", "y"] };
    expect(chartOf(result([names, { name: "n", type: "BIGINT", values: [3, "4"] }]))).toEqual({
      kind: "bars",
      names: ["x", "y"],
      bars: [{ name: "n", values: [3, 4] }],
    });
    expect(chartOf(result([names]))).toBeNull();
  });

  it("finds the place of an error under DuckDB's caret", () => {
    const message = "Parser Error: syntax error\n\nLINE 2: FROM x y z\n               ^";
    expect(placeOf(message)).toEqual({ line: 2, column: 8 });
    expect(offsetOf("SELECT 1\nFROM x y z", { line: 2, column: 8 })).toBe(16);
    expect(placeOf("no place at all")).toBeNull();
  });
});

describe("verdicts", () => {
  const summary: InitiativeSummary = {
    name: "a",
    title: "A",
    scope: "",
    status: "",
    verdict: "proven-gain",
    verdict_text: "",
    currency: "EUR",
    measured_per_year: { value: 14_213, low: 9_812, high: 18_904 },
    expected_per_year: { value: null, low: null, high: null },
  };
  const say = (change: Partial<InitiativeSummary>) =>
    verdictSentence({ ...summary, ...change }, en, "en-GB").replaceAll("\u00a0", " ");

  it("are said as the server says them", () => {
    expect(say({})).toBe("Proven: 14,200 EUR a year (90 %: 9,800 to 18,900)");
    const loss = { value: -1210, low: -2000, high: -400 };
    expect(say({ verdict: "proven-loss", measured_per_year: loss })).toBe(
      "Proven loss: 1,210 EUR a year (90 %: 400 to 2,000)",
    );
    expect(say({ caveat: "the baseline has no July" })).toBe(
      "Proven: 14,200 EUR a year (90 %: 9,800 to 18,900); but the baseline has no July",
    );
    expect(say({ verdict: "no-verdict", reason: "too few days" })).toBe("No verdict: too few days");
  });

  it("add up only what is proven, by currency", () => {
    const usd = { ...summary, currency: "USD" };
    const open = { ...summary, verdict: "not-significant" as const };
    expect([...provenTotals([summary, summary, usd, open])]).toEqual([
      ["EUR", { value: 28_426, step: 100 }],
      ["USD", { value: 14_213, step: 100 }],
    ]);
    const text = totalsText(provenTotals([summary, usd]), "en-GB").replaceAll("\u00a0", " ");
    expect(text).toBe("14,200 EUR + 14,200 USD");
  });

  it("count as many as those whose money is added up: losses count too", () => {
    const loss = { value: -1610, low: -2410, high: -800 };
    const all = [
      summary,
      { ...summary, verdict: "proven-loss" as const, measured_per_year: loss },
      { ...summary, verdict: "not-significant" as const },
      { ...summary, verdict: "no-verdict" as const },
    ];
    expect(provenCount(all)).toBe(2);
    expect(provenTotals(all).get("EUR")?.value).toBeCloseTo(14_213 - 1610);
  });
});

describe("moneyScale", () => {
  it("holds every value and zero, on round numbers", () => {
    const scale = moneyScale([-2410, 30_000, null]);
    expect(scale).toEqual({
      low: -10_000,
      high: 30_000,
      ticks: [-10_000, 0, 10_000, 20_000, 30_000],
    });
    expect(moneyScale([])).toEqual({ low: 0, high: 1, ticks: [0] });
    expect(niceStep(7, 4)).toBe(2);
  });
});

describe("CSV", () => {
  it("quotes what needs it and defuses formulas", () => {
    const rows = [["a", 'say "x"', "1,5", "=1+1", -3, null, "-x"]];
    expect(csvOf(rows)).toBe('a,"say ""x""","1,5",\'=1+1,-3,,\'-x\r\n');
  });
});

/** Every path of a catalogue with what stands there, functions by their number of arguments. */
function shapeOf(words: object, prefix = ""): string[] {
  return Object.entries(words).flatMap(([key, value]) => {
    if (typeof value === "object") return shapeOf(value as object, `${prefix}${key}.`);
    return `${prefix}${key}:${typeof value === "function" ? value.length : typeof value}`;
  });
}

describe("the catalogue", () => {
  it("has no word in one language only", () => {
    expect(shapeOf(de)).toEqual(shapeOf(en));
  });
});
