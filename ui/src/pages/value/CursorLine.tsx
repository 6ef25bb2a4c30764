import type { Initiative } from "../../api/types.ts";
import { usePlace } from "../../app/place.ts";
import { type CursorStore, useCursor } from "../../chart/cursor.ts";
import { nearest } from "../../chart/search.ts";
import { formatAmount, formatMoney } from "../../format/money.ts";
import { formatDate } from "../../format/time.ts";
import { unitLabel } from "../../format/unit.ts";
import { useSpeech } from "../../words/words.ts";
import type { EnergyColumns, Grain } from "./initiativeSeries.ts";
import classes from "./value.module.css";

interface CursorLineProps {
  initiative: Initiative;
  columns: EnergyColumns;
  grain: Grain;
  cursor: CursorStore;
}

/** The money up to a time, or null before the change. */
function moneyAt(initiative: Initiative, time: number): number | null {
  const { starts, value } = initiative.cumulated;
  const index = time < initiative.reporting.from ? null : nearest(starts, time);
  return index === null ? null : (value[index] ?? null);
}

/** What both charts say where the cursor stands; its line is there before, so that nothing moves. */
export function CursorLine({ initiative, columns, grain, cursor }: CursorLineProps) {
  const { words, locale } = useSpeech();
  const { zone } = usePlace();
  const time = useCursor(cursor);
  const index = time === null ? null : nearest(columns.times, time);
  if (time === null || index === null)
    return <p className={classes.cursorLine}>{words.value.pointAt}</p>;
  const unit = unitLabel(initiative.kpi.unit);
  const figure = (value: number | null | undefined) =>
    value === null || value === undefined
      ? "\u2013"
      : `${formatAmount(value, locale)}\u00a0${unit}`;
  const money = moneyAt(initiative, time);
  const date = formatDate(columns.times[index] ?? time, zone, locale);
  const parts = [
    `${words.value.actual} ${figure(columns.actual[index])}`,
    `${words.value.counterfactual.toLocaleLowerCase(locale)} ${figure(columns.counterfactual[index])}`,
  ];
  if (money !== null) {
    parts.push(
      `${words.value.moneySoFar.toLocaleLowerCase(locale)} ${formatMoney(money, initiative.currency, locale)}`,
    );
  }
  const head = grain === "week" ? words.value.weekAround(date) : date;
  return <p className={classes.cursorLine}>{`${head}: ${parts.join(", ")}`}</p>;
}
