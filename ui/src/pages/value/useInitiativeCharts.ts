import { useMemo } from "react";
import type uPlot from "uplot";
import type { Initiative } from "../../api/types.ts";
import { usePlace } from "../../app/place.ts";
import type { AxisStyle } from "../../chart/axes.ts";
import type { CursorStore } from "../../chart/cursor.ts";
import { coloursOf } from "../../chart/palette.ts";
import { useScheme } from "../../chart/useScheme.ts";
import { formatDate } from "../../format/time.ts";
import { unitLabel } from "../../format/unit.ts";
import type { Words } from "../../words/en.ts";
import { useSpeech } from "../../words/words.ts";
import { energyOptions, moneyOptions } from "./initiativeOptions.ts";
import { breakEven, energyColumns, type Grain, isDaily } from "./initiativeSeries.ts";
import { isProven } from "./verdict.ts";

export function useAxisStyle(): AxisStyle {
  const scheme = useScheme();
  const { zone } = usePlace();
  const { locale } = useSpeech();
  return useMemo(() => ({ colours: coloursOf(scheme), zone, locale }), [scheme, zone, locale]);
}

/** A daily sum is an amount a day; other points speak for themselves. */
function unitOf(initiative: Initiative, words: Words): string {
  const unit = unitLabel(initiative.kpi.unit);
  const daily = initiative.kpi.aggregate === "sum" && isDaily(initiative);
  return daily ? words.value.aDay(unit) : unit;
}

export function useEnergyChart(
  initiative: Initiative,
  style: AxisStyle,
  grain: Grain,
  cursor: CursorStore,
) {
  const { words } = useSpeech();
  const columns = useMemo(() => energyColumns(initiative, grain), [initiative, grain]);
  const data = useMemo((): uPlot.AlignedData => {
    const c = columns;
    return [
      c.times,
      c.high,
      c.low,
      c.gainHigh,
      c.gainLow,
      c.lossHigh,
      c.lossLow,
      c.counterfactual,
      c.actual,
    ];
  }, [columns]);
  const options = useMemo(
    () =>
      energyOptions(style, {
        unit: unitOf(initiative, words),
        onCursor: cursor.set,
        showTime: initiative.cumulated.starts.length === 0,
        actual: words.value.actual,
        counterfactual: words.value.counterfactual,
        marks: [
          { time: initiative.baseline.from, label: words.value.baseline, dashed: true },
          { time: initiative.reporting.from, label: words.value.reporting, dashed: false },
        ],
      }),
    [style, initiative, words, cursor],
  );
  return { chart: { data, options }, columns };
}

export function useMoneyChart(initiative: Initiative, style: AxisStyle, cursor: CursorStore) {
  const { words, locale } = useSpeech();
  const { zone } = usePlace();
  const data = useMemo((): uPlot.AlignedData => {
    const { starts, high, low, value } = initiative.cumulated;
    const cost = initiative.cumulated.cost ?? starts.map(() => null);
    return [starts, high, low, cost, value];
  }, [initiative]);
  const options = useMemo(() => {
    const even = breakEven(initiative);
    const text = even === null ? "" : words.value.breakEven(formatDate(even, zone, locale));
    const label = isProven(initiative) ? text : `${text}, ${words.value.notProven}`;
    const marks = [{ time: initiative.reporting.from, label: "", dashed: false }];
    return moneyOptions(style, {
      unit: initiative.currency,
      onCursor: cursor.set,
      money: words.value.moneySoFar,
      cost: words.value.cost,
      marks: even === null ? marks : [...marks, { time: even, label, dashed: true }],
    });
  }, [style, initiative, words, zone, locale, cursor]);
  return { data, options };
}
