import type { CsvCell } from "../../parts/save.ts";
import type { Span } from "../../range/range.ts";
import type { PlacedSeries } from "./panes.ts";

interface Column {
  name: string;
  at: Map<number, CsvCell>;
}

/** Buckets are drawn in their middle and written by their start. */
function columnsOf({ series, tag }: PlacedSeries): Column[] {
  const unit = tag.unit === "" || tag.unit === "1" ? "" : ` [${tag.unit}]`;
  const column = (name: string, times: readonly number[], values: readonly CsvCell[]): Column => ({
    name: `${tag.path}${name}${unit}`,
    at: new Map(
      times.flatMap((time, i) =>
        values[i] === null || values[i] === undefined ? [] : [[time, values[i]] as const],
      ),
    ),
  });
  if (series.kind === "state") {
    return [
      column(
        "",
        series.states.map((run) => run.from),
        series.states.map((run) => run.state),
      ),
    ];
  }
  if (series.lows === null || series.highs === null)
    return [column("", series.times, series.values)];
  const { detail } = series;
  const bucket = detail.kind === "buckets" ? detail : { bucket: "", bucket_ms: 0 };
  const starts = series.times.map((time) => time - bucket.bucket_ms / 2);
  return [
    column(` mean of ${bucket.bucket} from time`, starts, series.values),
    column(` lowest of ${bucket.bucket} from time`, starts, series.lows),
    column(` highest of ${bucket.bucket} from time`, starts, series.highs),
  ];
}

/** What is drawn as rows by time, times in RFC 3339; only what lies in the span. */
export function trendTable(placed: readonly PlacedSeries[], span: Span): CsvCell[][] {
  const columns = placed.flatMap(columnsOf);
  const times = [...new Set(columns.flatMap((column) => [...column.at.keys()]))]
    .filter((time) => time >= span.from && time < span.to)
    .sort((a, b) => a - b);
  const rows = times.map((time) => [
    new Date(time).toISOString(),
    ...columns.map((column) => column.at.get(time) ?? null),
  ]);
  return [["time", ...columns.map((column) => column.name)], ...rows];
}
