import type { InitiativeSummary, Interval } from "../../api/types.ts";
import { formatEstimate } from "../../format/money.ts";
import { formatTicks } from "../../format/number.ts";
import { useSpeech } from "../../words/words.ts";
import { type MoneyScale, shareOf } from "./moneyScale.ts";
import classes from "./value.module.css";
import { bandText } from "./verdict.ts";

const percent = (value: number, scale: MoneyScale) => `${shareOf(value, scale) * 100}%`;

function Bar({ interval, scale, kind }: { interval: Interval; scale: MoneyScale; kind: string }) {
  if (interval.value === null || interval.low === null || interval.high === null) return null;
  const left = shareOf(interval.low, scale) * 100;
  const width = shareOf(interval.high, scale) * 100 - left;
  return (
    <>
      <span
        className={classes.bar}
        data-kind={kind}
        style={{ left: `${left}%`, width: `${width}%` }}
      />
      <span
        className={classes.point}
        data-kind={kind}
        style={{ left: percent(interval.value, scale) }}
      />
    </>
  );
}

/** Expected (hollow) above measured (solid), on the money scale of the list. */
export function IntervalPlot({
  initiative,
  scale,
}: {
  initiative: InitiativeSummary;
  scale: MoneyScale;
}) {
  const { words, locale } = useSpeech();
  const { expected_per_year: expected, measured_per_year: measured, verdict } = initiative;
  const text = (name: string, interval: Interval) =>
    interval.value === null
      ? `${name} \u2013`
      : `${name} ${formatEstimate(interval, locale).value} (${bandText(interval, words, locale) ?? "\u2013"})`;
  const label = `${text(words.value.expected, expected)}, ${text(words.value.measured, measured)}`;
  return (
    <div className={classes.plot} role="img" aria-label={label} title={label}>
      <Grid scale={scale} />
      <Bar interval={expected} scale={scale} kind="expected" />
      <Bar
        interval={measured}
        scale={scale}
        kind={verdict === "proven-loss" ? "loss" : "measured"}
      />
    </div>
  );
}

function Grid({ scale }: { scale: MoneyScale }) {
  return scale.ticks.map((tick) => (
    <span
      key={tick}
      className={classes.grid}
      data-zero={tick === 0}
      style={{ left: percent(tick, scale) }}
    />
  ));
}

/** The numbers of the scale, for the head of the column. */
export function ScaleLabels({ scale }: { scale: MoneyScale }) {
  const { locale } = useSpeech();
  const [first = 0, second = first] = scale.ticks;
  const texts = formatTicks(scale.ticks, second - first, locale);
  return (
    <div className={classes.scale} aria-hidden="true">
      {scale.ticks.map((tick, i) => (
        <span key={tick} style={{ left: percent(tick, scale) }}>
          {texts[i]}
        </span>
      ))}
    </div>
  );
}
