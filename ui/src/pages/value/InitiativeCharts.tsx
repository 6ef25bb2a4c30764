import { SegmentedControl } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useMemo, useState } from "react";
import type { Initiative } from "../../api/types.ts";
import { usePlace } from "../../app/place.ts";
import { CursorStore } from "../../chart/cursor.ts";
import { TimeChart } from "../../chart/TimeChart.tsx";
import { formatDate } from "../../format/time.ts";
import { lastSegment } from "../../tree/tree.ts";
import { useSpeech } from "../../words/words.ts";
import { CursorLine } from "./CursorLine.tsx";
import {
  bandLeavesData,
  firstGrain,
  type Grain,
  hasSeries,
  initiativeSpan,
  isDaily,
} from "./initiativeSeries.ts";
import { useAxisStyle, useEnergyChart, useMoneyChart } from "./useInitiativeCharts.ts";
import classes from "./value.module.css";

const ENERGY_PX = 300;
const MONEY_PX = 220;

/** What was, against what it would have been; and the money that makes. One time axis for both. */
export function InitiativeCharts({ initiative }: { initiative: Initiative }) {
  const { words } = useSpeech();
  const { ref, width } = useElementSize();
  const style = useAxisStyle();
  const [cursor] = useState(() => new CursorStore());
  const [grain, setGrain] = useState(() => firstGrain(initiative));
  const energy = useEnergyChart(initiative, style, grain, cursor);
  const money = useMoneyChart(initiative, style, cursor);
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
        {hasSeries(initiative) ? (
          <>
            <div style={{ height: ENERGY_PX }}>
              {width > 0 ? (
                <TimeChart {...energy.chart} width={width} height={ENERGY_PX} view={view} />
              ) : null}
            </div>
            <Key />
            <p className={classes.bandNote}>
              {words.value.bandNote[isDaily(initiative) ? grain : "point"]}
              {bandLeavesData(energy.columns) ? ` ${words.value.bandBelowZero}` : null}
            </p>
            <CursorLine
              initiative={initiative}
              columns={energy.columns}
              grain={grain}
              cursor={cursor}
            />
          </>
        ) : (
          <NoSeries initiative={initiative} />
        )}
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

/** Said in place of a chart that has nothing to draw. */
function NoSeries({ initiative }: { initiative: Initiative }) {
  const { words, locale } = useSpeech();
  const { info, zone } = usePlace();
  const begins = initiative.reporting.from;
  const text =
    begins > info.now
      ? words.value.noSeriesBefore(formatDate(begins, zone, locale))
      : words.value.noSeries;
  return <p className={classes.noMoney}>{text}</p>;
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
