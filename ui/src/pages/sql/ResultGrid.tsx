import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";
import type { Cell, SqlResult } from "../../api/types.ts";
import { decimalsOf, formatNumber } from "../../format/number.ts";
import { useSpeech } from "../../words/words.ts";
import { isNumeric, isTime, numberOf } from "./result.ts";
import classes from "./sql.module.css";

const ROW_PX = 28;
// A tabular digit of Inter at 13 px is 8.1 wide; narrower and a date is cut.
const CHARACTER_PX = 8.6;
const WIDEST_TEXT_PX = 420;
const SAMPLE_ROWS = 200;

interface ColumnLook {
  name: string;
  type: string;
  numeric: boolean;
  decimals: number;
  integer: boolean;
  width_px: number;
}

function lookOf(column: SqlResult["columns"][number]): ColumnLook {
  const numeric = isNumeric(column);
  const sample = column.values.slice(0, isTime(column) ? undefined : SAMPLE_ROWS);
  const decimals = numeric
    ? Math.max(0, ...sample.map((cell) => decimalsOf(numberOf(cell) ?? 0)))
    : 0;
  const lengthOf = (cell: Cell | null) =>
    numeric ? (numberOf(cell)?.toFixed(decimals).length ?? 0) + 3 : String(cell ?? "").length;
  const longest = sample.reduce<number>(
    (most, cell) => Math.max(most, lengthOf(cell)),
    column.name.length,
  );
  const width_px = Math.min(WIDEST_TEXT_PX, Math.max(72, longest * CHARACTER_PX + 24));
  return {
    name: column.name,
    type: column.type,
    numeric,
    decimals,
    integer: /INT/.test(column.type),
    width_px,
  };
}

function cellText(cell: Cell | null, look: ColumnLook, locale: string): string {
  if (cell === null) return "\u2013";
  const number = look.numeric ? numberOf(cell) : null;
  if (number === null) return String(cell);
  return formatNumber(number, look.integer ? 0 : look.decimals, locale);
}

/** Holds the place of rows that are not on screen. */
function Gap({ height, span }: { height: number; span: number }) {
  if (height <= 0) return null;
  return (
    <tr>
      <td colSpan={span} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

/** The rows of a result; only those on screen exist, so that a hundred thousand scroll smoothly. */
export function ResultGrid({ result }: { result: SqlResult }) {
  const { words, locale } = useSpeech();
  const scroller = useRef<HTMLDivElement>(null);
  const looks = useMemo(() => result.columns.map(lookOf), [result]);
  const rows = useVirtualizer({
    count: result.rows,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const items = rows.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = rows.getTotalSize() - (items.at(-1)?.end ?? 0);
  const least = looks.reduce((sum, look) => sum + look.width_px, 0);
  return (
    <section
      ref={scroller}
      className={classes.grid}
      aria-label={words.sql.table}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached by keys
      tabIndex={0}
    >
      <table style={{ minWidth: least }} aria-rowcount={result.rows + 1}>
        <colgroup>
          {looks.map((look) => (
            <col key={look.name} style={{ width: look.width_px }} />
          ))}
          <col />
        </colgroup>
        <thead>
          <tr>
            {looks.map((look) => (
              <th key={look.name} className={look.numeric ? "number" : ""} title={look.type}>
                {look.name}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          <Gap height={above} span={looks.length + 1} />
          {items.map((item) => (
            <tr key={item.key} aria-rowindex={item.index + 2}>
              {looks.map((look, column) => {
                const cell = result.columns[column]?.values[item.index] ?? null;
                const text = cellText(cell, look, locale);
                return (
                  <td key={look.name} className={look.numeric ? "number" : ""} title={text}>
                    {text}
                  </td>
                );
              })}
              <td />
            </tr>
          ))}
          <Gap height={below} span={looks.length + 1} />
        </tbody>
      </table>
    </section>
  );
}
