import { memo } from "react";
import { formatNumber, resolutionOf } from "../../format/number.ts";
import type { Span } from "../../range/range.ts";
import { useSpeech } from "../../words/words.ts";
import { summaryOf, type TrendSeries, valueAt } from "./trendData.ts";
import classes from "./trends.module.css";

interface FiguresProps {
  series: TrendSeries | undefined;
  view: Span;
  time: number | null; // of the cursor; null: the newest value is shown
  unit: string;
  error: Error | null;
}

/** The cells of a tag's row: its value at the cursor, then lowest, mean, highest and the unit. */
export const ReadoutFigures = memo(function ReadoutFigures(props: FiguresProps) {
  const { words } = useSpeech();
  const { series, error } = props;
  if (error) {
    return (
      <td colSpan={5} className={classes.rowError}>
        {error.message}
      </td>
    );
  }
  if (!series) {
    return (
      <td colSpan={5} className="muted">
        {words.common.loading}
      </td>
    );
  }
  return series.kind === "state" ? (
    <StateFigures {...props} series={series} />
  ) : (
    <NumberFigures {...props} series={series} />
  );
});

/** A state needs no lowest and highest; its key stands beside its name. */
function StateFigures({ series, time }: FiguresProps & { series: TrendSeries }) {
  const state = time === null ? series.states.at(-1)?.state : valueAt(series, time);
  return (
    <>
      <td className="number">{state ?? "\u2013"}</td>
      <td colSpan={4} />
    </>
  );
}

function NumberFigures({ series, view, time, unit }: FiguresProps & { series: TrendSeries }) {
  const { locale } = useSpeech();
  const summary = summaryOf(series, view);
  const decimals = resolutionOf([summary.low, summary.high, summary.newest]);
  const shown = time === null ? summary.newest : valueAt(series, time);
  const cell = (value: number | string | null) => (
    <td className="number">
      {typeof value === "number" ? formatNumber(value, decimals, locale) : "\u2013"}
    </td>
  );
  return (
    <>
      {cell(shown)}
      {cell(summary.low)}
      {cell(summary.mean)}
      {cell(summary.high)}
      <td className="unit">{unit}</td>
    </>
  );
}
