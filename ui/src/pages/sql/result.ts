import type { Cell, SqlResult } from "../../api/types.ts";

/** What a query's result can be drawn as. */
export type ResultChart =
  | { kind: "time"; times: number[]; lines: { name: string; values: (number | null)[] }[] }
  | { kind: "bars"; names: string[]; bars: { name: string; values: (number | null)[] }[] };

type Column = SqlResult["columns"][number];

const NUMERIC = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DOUBLE|FLOAT|DECIMAL)/;
const TIME = /^(TIMESTAMP|DATE)/;
const MAX_LINES = 6;
const MAX_BARS = 60;

export function isNumeric(column: Column): boolean {
  return NUMERIC.test(column.type.toUpperCase());
}

export function isTime(column: Column): boolean {
  return TIME.test(column.type.toUpperCase());
}

const STAMP =
  /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?)\d*)?(Z|[+-]\d{2}(?::?\d{2})?)?$/;

/** A time as DuckDB writes it ("2018-01-01 00:15:00+00") or RFC 3339; null for anything else. */
export function parseSqlTime(cell: Cell | undefined): number | null {
  if (typeof cell === "number") return cell;
  const found = typeof cell === "string" ? STAMP.exec(cell.trim()) : null;
  if (!found) return null;
  const [, date, clock = "00:00:00", zone = "Z"] = found;
  const offset = /^[+-]\d{2}$/.test(zone)
    ? `${zone}:00`
    : zone.replace(/^([+-]\d{2})(\d{2})$/, "$1:$2");
  const time = Date.parse(`${date}T${clock}${offset}`);
  return Number.isNaN(time) ? null : time;
}

export function numberOf(cell: Cell | undefined): number | null {
  if (typeof cell === "number") return cell;
  if (typeof cell === "string" && cell !== "" && Number.isFinite(Number(cell))) return Number(cell);
  return null;
}

/** Rows as lines over time: one line to a number column, or to each value of a text column. */
function timeChart(
  result: SqlResult,
  time: Column,
  numbers: readonly Column[],
): ResultChart | null {
  const parsed = time.values.map(parseSqlTime);
  const text = result.columns.find(
    (column) => column !== time && !isNumeric(column) && !isTime(column),
  );
  const first = numbers[0];
  const times = [...new Set(parsed.filter((one): one is number => one !== null))].sort(
    (a, b) => a - b,
  );
  if (times.length < 2 || !first) return null;
  const place = new Map(times.map((one, i) => [one, i]));
  const lines = new Map<string, (number | null)[]>();
  const put = (name: string, row: number, cell: Cell | undefined) => {
    const at = place.get(parsed[row] ?? Number.NaN);
    if (at === undefined) return;
    const line = lines.get(name) ?? new Array<number | null>(times.length).fill(null);
    line[at] = numberOf(cell);
    lines.set(name, line);
  };
  for (let row = 0; row < result.rows; row++) {
    if (text) put(String(text.values[row] ?? ""), row, first.values[row]);
    else
      for (const column of numbers.slice(0, MAX_LINES)) put(column.name, row, column.values[row]);
  }
  if (lines.size > MAX_LINES) return null;
  return { kind: "time", times, lines: [...lines].map(([name, values]) => ({ name, values })) };
}

function barChart(result: SqlResult, numbers: readonly Column[]): ResultChart | null {
  const text = result.columns.find((column) => !numbers.includes(column));
  const names = text ?? result.columns[0];
  const bars = numbers.filter((column) => column !== names).slice(0, MAX_LINES);
  if (!names || bars.length === 0 || result.rows === 0 || result.rows > MAX_BARS) return null;
  return {
    kind: "bars",
    names: names.values.map((cell) => String(cell ?? "")),
    bars: bars.map((column) => ({ name: column.name, values: column.values.map(numberOf) })),
  };
}

/** Lines when there is a time and a number, bars when there is a name and a number, else nothing. */
export function chartOf(result: SqlResult): ResultChart | null {
  const numbers = result.columns.filter(isNumeric);
  if (numbers.length === 0) return null;
  const time = result.columns.find(isTime);
  return time ? timeChart(result, time, numbers) : barChart(result, numbers);
}

/** The result by rows, for CSV. */
export function rowsOf(result: SqlResult): (Cell | null)[][] {
  return Array.from({ length: result.rows }, (_, row) =>
    result.columns.map((column) => column.values[row] ?? null),
  );
}
