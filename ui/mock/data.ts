import type { Coverage, DeadLetter, SqlResult, SqlSchema } from "../src/api/types.ts";
import { DAY, type MockTag } from "./plant.ts";
import { readings } from "./samples.ts";

type TagCoverage = Coverage["tags"][number];

/** Coverage of one tag over [from, to) in `cells` parts, thinned for fast tags as aggregates are. */
export function coverageOf(
  tag: MockTag,
  from: number,
  to: number,
  cells: number,
  now: number,
  first: number,
): TagCoverage {
  const thin = Math.max(1, Math.floor((to - from) / tag.interval_ms / 20_000));
  const interval = tag.interval_ms * thin;
  const due = Math.floor((to - from) / interval);
  const width = (to - from) / cells;
  const counts = new Array<number>(cells).fill(0);
  const gaps: { from: number; to: number }[] = [];
  let before: number | null = null;
  let found = 0;
  let bad = 0;
  for (const reading of readings({ ...tag, interval_ms: interval }, from, to, now, first)) {
    found++;
    if (reading.quality !== 0) bad++;
    const cell = Math.min(cells - 1, Math.floor((reading.time - from) / width));
    counts[cell] = (counts[cell] ?? 0) + 1;
    if (before !== null && reading.time - before > 2.5 * interval) {
      gaps.push({ from: before + interval, to: reading.time });
    }
    before = reading.time;
  }
  if (before !== null && to - before > 2.5 * interval) gaps.push({ from: before + interval, to });
  const perCell = due / cells;
  return {
    tag: tag.path,
    samples: found * thin,
    expected: due * thin,
    coverage: due === 0 ? null : Math.min(1, found / due),
    interval_ms: tag.interval_ms,
    on_change: false,
    from: Math.min(to, Math.max(from, first)),
    bad: bad * thin,
    gaps,
    gap_count: gaps.length,
    cells: counts.map((count) => (count >= Math.max(1, Math.floor(perCell)) ? 1 : count / perCell)),
    dead_letters: tag.path.endsWith("rolling/energy") ? 14 : tag.path.endsWith("torque") ? 3 : 0,
  };
}

export function deadLettersOf(now: number): DeadLetter[] {
  const energy = "northfield/ruhr/rolling/energy";
  const torque = "northfield/ruhr/rolling/line-1/roughing/torque";
  const letters: DeadLetter[] = [];
  for (let i = 0; i < 14; i++) {
    letters.push({
      id: 20 - i,
      received: now - 2 * DAY - i * 1000,
      source: "import/mill-2025",
      place: `mill-2025.csv:${18_204 + 96 * i}`,
      tag: energy,
      code: i % 3 === 0 ? "bad-number" : "bad-time",
      reason:
        i % 3 === 0
          ? 'column "usage": expected a number, got "n/a"'
          : 'column "date": expected dd/mm/yyyy HH:MM, got "31/02/2025 00:15"',
      payload: i % 3 === 0 ? "17/07/2025 05:15,n/a,3.2,0" : "31/02/2025 00:15,3.17,2.95,0",
      key: `mill-2025.csv#${18_204 + 96 * i}`,
    });
  }
  for (let i = 0; i < 3; i++) {
    letters.push({
      id: 6 - i,
      received: now - 9 * DAY - i * 60_000,
      source: "line-protocol",
      place: `body line ${i + 12}`,
      tag: torque,
      code: "type-conflict",
      reason: "the tag is double, the field is a string",
      payload: `roughing torque="overrange" ${Math.floor(now / 1000)}`,
      key: "",
    });
  }
  return letters;
}

/** A relation from its columns, each as "name TYPE". */
function relation(name: string, columns: readonly string[]): SqlSchema["relations"][number] {
  return {
    name,
    columns: columns.map((column) => {
      const [head = "", ...type] = column.split(" ");
      return { name: head, type: type.join(" ") };
    }),
  };
}

export const SQL_SCHEMA: SqlSchema = {
  relations: [
    relation("samples", [
      "tag VARCHAR",
      "ts TIMESTAMP WITH TIME ZONE",
      "value DOUBLE",
      "text VARCHAR",
      "quality UINTEGER",
    ]),
    relation("tags", [
      "path VARCHAR",
      "type VARCHAR",
      "unit VARCHAR",
      "description VARCHAR",
      "samples UBIGINT",
    ]),
    relation("assets", ["path VARCHAR", "level VARCHAR", "description VARCHAR"]),
    relation("events", [
      "kind VARCHAR",
      "start TIMESTAMP WITH TIME ZONE",
      "stop TIMESTAMP WITH TIME ZONE",
      "asset VARCHAR",
    ]),
    relation("dead_letters", [
      "id BIGINT",
      "source VARCHAR",
      "tag VARCHAR",
      "code VARCHAR",
      "reason VARCHAR",
    ]),
  ],
  functions: [
    "abs",
    "avg",
    "count",
    "date_trunc",
    "max",
    "min",
    "quantile_cont",
    "round",
    "samples",
    "sum",
    "time_bucket",
  ],
};

/** The mock knows no SQL: it answers with a day's sums by tag, or by time when `ts` is asked for. */
export function sqlResultOf(sql: string, tags: MockTag[], now: number, first: number): SqlResult {
  const energy = tags.find((tag) => tag.path.endsWith("rolling/energy"));
  if (/date_trunc|time_bucket|\bts\b/i.test(sql) && energy) {
    const days: string[] = [];
    const sums: number[] = [];
    for (let day = Math.floor(now / DAY) * DAY - 90 * DAY; day < now - DAY; day += DAY) {
      let sum = 0;
      for (const reading of readings(energy, day, day + DAY, now, first))
        sum += Number(reading.value);
      days.push(new Date(day).toISOString().replace("T", " ").replace(".000Z", "+00"));
      sums.push(Math.round(sum * 100) / 100);
    }
    return {
      columns: [
        { name: "day", type: "TIMESTAMP WITH TIME ZONE", values: days },
        { name: "kwh", type: "DOUBLE", values: sums },
        { name: "date", type: "DATE", values: days.map((day) => day.slice(0, 10)) },
      ],
      rows: days.length,
      truncated: false,
      elapsed_ms: 14.2,
      notices: [],
    };
  }
  return {
    columns: [
      { name: "path", type: "VARCHAR", values: tags.map((tag) => tag.path) },
      { name: "unit", type: "VARCHAR", values: tags.map((tag) => tag.unit) },
      {
        name: "samples",
        type: "UBIGINT",
        values: tags.map((tag) => Math.floor((now - first) / tag.interval_ms)),
      },
    ],
    rows: tags.length,
    truncated: false,
    elapsed_ms: 3.8,
    notices: [],
  };
}
