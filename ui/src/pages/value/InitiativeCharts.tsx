import { SegmentedControl } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useMemo, useState } from "react";
import type uPlot from "uplot";
import type { Initiative } from "../../api/types.ts";
import { usePlace } from "../../app/place.ts";
import type { AxisStyle } from "../../chart/axes.ts";
import { coloursOf } from "../../chart/palette.ts";
import { TimeChart } from "../../chart/TimeChart.tsx";
import { useScheme } from "../../chart/useScheme.ts";
import { formatDate } from "../../format/time.ts";
import { unitLabel } from "../../format/unit.ts";
import { lastSegment } from "../../tree/tree.ts";
import { useSpeech } from "../../words/words.ts";
import { energyOptions, moneyOptions } from "./initiativeOptions.ts";
import {
  breakEven,
  energyColumns,
  firstGrain,
  type Grain,
  initiativeSpan,
  isDaily,
} from "./initiativeSeries.ts";
import classes from "./value.module.css";

const ENERGY_PX = 300;
const MONEY_PX = 220;

function useStyle(): AxisStyle {
  const scheme = useScheme();
  const { zone } = usePlace();
  const { locale } = useSpeech();
  return useMemo(() => ({ colours: coloursOf(scheme), zone, locale }), [scheme, zone, locale]);
}

function useEnergy(initiative: Initiative, style: AxisStyle, grain: Grain) {
  const { words } = useSpeech();
  const data = useMemo((): uPlot.AlignedData => {
    const c = energyColumns(initiative, grain);
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
  }, [initiative, grain]);
  const options = useMemo(
    () =>
      energyOptions(style, {
        unit: unitLabel(initiative.kpi.unit),
        actual: words.value.actual,
        counterfactual: words.value.counterfactual,
        marks: [
          { time: initiative.baseline.from, label: words.value.baseline, dashed: true },
          { time: initiative.reporting.from, label: words.value.reporting, dashed: false },
        ],
      }),
    [style, initiative, words],
  );
  return { data, options };
}

function useMoney(initiative: Initiative, style: AxisStyle) {
  const { words, locale } = useSpeech();
  const { zone } = usePlace();
  const data = useMemo((): uPlot.AlignedData => {
    const { starts, high, low, value } = initiative.cumulated;
    const cost = initiative.cumulated.cost ?? starts.map(() => null);
    return [starts, high, low, cost, value];
  }, [initiative]);
  const options = useMemo(() => {
    const even = breakEven(initiative);
    const label = even === null ? "" : words.value.breakEven(formatDate(even, zone, locale));
    const marks = [{ time: initiative.reporting.from, label: "", dashed: false }];
    return moneyOptions(style, {
      unit: initiative.currency,
      money: words.value.moneySoFar,
      cost: words.value.cost,
      marks: even === null ? marks : [...marks, { time: even, label, dashed: true }],
    });
  }, [style, initiative, words, zone, locale]);
  return { data, options };
}

/** What was, against what it would have been; and the money that makes. One time axis for both. */
export function InitiativeCharts({ initiative }: { initiative: Initiative }) {
  const { words } = useSpeech();
  const { ref, width } = useElementSize();
  const style = useStyle();
  const [grain, setGrain] = useState(() => firstGrain(initiative));
  const energy = useEnergy(initiative, style, grain);
  const money = useMoney(initiative, style);
  const view = useMemo(() => initiativeSpan(initiative), [initiative]);
  const hasMoney = initiative.cumulated.starts.length > 0;
  const kpi = titleOf(lastSegment(initiative.kpi.tag));
  return (
    <div ref={ref} className={classes.charts}>
      <figure>
        <figcaption>
          {words.value.energyChart(kpi)}
          {isDaily(initiative) ? <GrainSwitch grain={grain} onChange={setGrain} /> : null}
        </figcaption>
        <div style={{ height: ENERGY_PX }}>
          {width > 0 ? (
            <TimeChart {...energy} width={width} height={ENERGY_PX} view={view} />
          ) : null}
        </div>
        <Key />
      </figure>
      <figure>
        <figcaption>{words.value.moneyChart}</figcaption>
        {hasMoney ? (
          <div style={{ height: MONEY_PX }}>
            {width > 0 ? (
              <TimeChart {...money} width={width} height={MONEY_PX} view={view} />
            ) : null}
          </div>
        ) : (
          <p className={classes.noMoney}>{words.value.noMoneyChart}</p>
        )}
      </figure>
    </div>
  );
}

/** "gas_flow" as a title: "Gas flow". */
function titleOf(name: string): string {
  const spaced = name.replaceAll(/[_-]/g, " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function GrainSwitch({ grain, onChange }: { grain: Grain; onChange: (grain: Grain) => void }) {
  const { words } = useSpeech();
  return (
    <SegmentedControl
      size="xs"
      aria-label={words.value.grain}
      value={grain}
      onChange={(value) => onChange(value as Grain)}
      data={[
        { value: "day", label: words.value.grains.day },
        { value: "week", label: words.value.grains.week },
      ]}
    />
  );
}

function Key() {
  const { words } = useSpeech();
  return (
    <p className={classes.legend}>
      <span className={classes.swatch} data-kind="band" aria-hidden="true" /> {words.value.band}
      <span className={classes.swatch} data-kind="gain" aria-hidden="true" /> {words.value.gain}
      <span className={classes.swatch} data-kind="loss" aria-hidden="true" /> {words.value.loss}
    </p>
  );
}
