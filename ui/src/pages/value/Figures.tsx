import type { ReactNode } from "react";
import { Link } from "react-router";
import type { Cashflow, Initiative, Interval } from "../../api/types.ts";
import { useTo } from "../../app/address.ts";
import { formatEstimate, formatMoney } from "../../format/money.ts";
import { formatNumber, formatShare } from "../../format/number.ts";
import { unitLabel } from "../../format/unit.ts";
import type { Span } from "../../range/range.ts";
import type { Speech } from "../../words/words.ts";
import { useSpeech } from "../../words/words.ts";
import { coverageOf, hasCost } from "./initiativeSeries.ts";
import classes from "./value.module.css";
import { bandText, isProven } from "./verdict.ts";

const DASH = "\u2013";

interface FigureProps {
  name: string;
  value: ReactNode;
  door: string; // the address of what the figure comes from
  note?: ReactNode;
  unproven?: boolean;
}

function Figure({ name, value, door, note, unproven = false }: FigureProps) {
  // What is only elsewhere on this page is a plain link, which the browser scrolls to.
  const shown = door.startsWith("#") ? <a href={door}>{value}</a> : <Link to={door}>{value}</Link>;
  return (
    <div className={classes.figure} data-unproven={unproven}>
      <dt>{name}</dt>
      <dd>
        {value === DASH ? DASH : shown}
        {note ? <span className={classes.note}>{note}</span> : null}
      </dd>
    </div>
  );
}

/** "7 months" under two years, "2.5 years" from there on; "never" when it does not pay back. */
export function paybackText(years: number | null | undefined, speech: Speech): string {
  const { words, locale } = speech;
  if (years === null || years === undefined) return words.value.never;
  if (years < 2) {
    const months = Math.max(1, Math.round(years * 12));
    return words.value.months(months, formatNumber(months, 0, locale));
  }
  const rounded = Math.round(years * 10) / 10;
  return words.value.years(rounded, formatNumber(rounded, rounded % 1 === 0 ? 0 : 1, locale));
}

function irrText(cashflow: Cashflow | undefined, locale: string): string {
  const irr = cashflow?.irr;
  if (irr === null || irr === undefined) return DASH;
  return `${formatNumber(irr * 100, 0, locale)}\u00a0%`;
}

function moneyOf(value: number | null | undefined, currency: string, locale: string): string {
  return value === null || value === undefined ? DASH : formatMoney(value, currency, locale);
}

function IntervalFigure({
  name,
  interval,
  unit,
  door,
}: {
  name: string;
  interval: Interval;
  unit: string;
  door: string;
}) {
  const { words, locale } = useSpeech();
  const band = bandText(interval, words, locale);
  const figure = formatEstimate(interval, locale).value;
  const value =
    figure === null ? (
      DASH
    ) : (
      <>
        {figure} <span className="unit">{unit}</span>
      </>
    );
  return <Figure name={name} value={value} door={door} note={band} />;
}

/** Where the figures come from: samples, the plan, and the checks. */
function useDoors({ kpi, baseline, reporting }: Initiative) {
  const to = useTo();
  const iso = (time: number) => new Date(time).toISOString();
  const span = (period: Span) => ({ from: iso(period.from), to: iso(period.to) });
  return {
    samples: (period: Span) => to("/trends", { tag: [kpi.tag], ...span(period) }),
    coverage: (period: Span) => to("/data", { tag: kpi.tag, ...span(period) }),
    whole: { from: baseline.from, to: reporting.to },
    plan: "#plan",
    checks: "#checks",
  };
}

/** Expected against measured, a year. */
function YearFigures({ initiative }: { initiative: Initiative }) {
  const { words } = useSpeech();
  const unit = initiative.currency;
  const doors = useDoors(initiative);
  const measured = doors.samples(initiative.reporting);
  return (
    <>
      <IntervalFigure
        name={words.value.expectedYear}
        interval={initiative.expected_per_year}
        unit={unit}
        door={doors.plan}
      />
      <IntervalFigure
        name={words.value.measuredYear}
        interval={initiative.measured_per_year}
        unit={unit}
        door={measured}
      />
      <IntervalFigure
        name={words.value.effect}
        interval={initiative.effect}
        unit={unitLabel(initiative.kpi.unit)}
        door={measured}
      />
      <PercentFigure initiative={initiative} />
      <IntervalFigure
        name={words.value.moneySoFar}
        interval={initiative.money}
        unit={initiative.currency}
        door={measured}
      />
    </>
  );
}

function PercentFigure({ initiative }: { initiative: Initiative }) {
  const { words, locale } = useSpeech();
  const doors = useDoors(initiative);
  const percent = initiative.effect_percent;
  if (!percent || percent.value === null) return null;
  const text = (value: number) => formatNumber(value, 1, locale);
  const band =
    percent.low === null || percent.high === null
      ? null
      : `${text(percent.low)} ${words.common.until} ${text(percent.high)}`;
  const value = (
    <>
      {text(percent.value)} <span className="unit">%</span>
    </>
  );
  const door = doors.samples(doors.whole);
  return <Figure name={words.value.effectPercent} value={value} door={door} note={band} />;
}

function CashFigures({ initiative }: { initiative: Initiative }) {
  const speech = useSpeech();
  const { words, locale } = speech;
  const { cashflow, currency, cost } = initiative;
  const { plan } = useDoors(initiative);
  const measured = cashflow?.measured?.likely;
  const expected = cashflow?.expected?.likely;
  const shown = measured ?? expected;
  const unproven = measured !== undefined && !isProven(initiative);
  const costs = hasCost(initiative);
  const payback = (years: number | null | undefined) => (costs ? paybackText(years, speech) : DASH);
  const was = (text: string) => {
    const before = measured
      ? words.value.was(text)
      : words.value.expected.toLocaleLowerCase(locale);
    const notes = [unproven ? words.value.notProven : null, expected ? before : null];
    return notes.filter((one) => one !== null).join(", ");
  };
  const paybackNote = [words.value.paybackSince, was(payback(expected?.payback_years))];
  return (
    <>
      <Figure
        name={words.value.payback}
        value={payback(shown?.payback_years)}
        door={plan}
        note={costs ? paybackNote.filter(Boolean).join(", ") : null}
        unproven={unproven}
      />
      <Figure
        name={words.value.npv}
        value={moneyOf(shown?.npv, currency, locale)}
        door={plan}
        note={was(moneyOf(expected?.npv, currency, locale))}
        unproven={unproven}
      />
      <Figure
        name={words.value.irr}
        value={irrText(shown, locale)}
        door={plan}
        note={was(irrText(expected, locale))}
        unproven={unproven}
      />
      <Figure
        name={words.value.onceCost}
        value={moneyOf(cost?.once, currency, locale)}
        door={plan}
      />
      <Figure
        name={words.value.runCost}
        value={moneyOf(cost?.yearly, currency, locale)}
        door={plan}
        note={words.value.perYear}
      />
    </>
  );
}

function TrustFigures({ initiative }: { initiative: Initiative }) {
  const { words, locale } = useSpeech();
  const { fitness } = initiative;
  const { coverage: complete, samples, checks } = useDoors(initiative);
  const share = (value: number | null) => (value === null ? DASH : formatShare(value, locale));
  const percent = (value: number | null | undefined, decimals: number) =>
    value === null || value === undefined
      ? DASH
      : `${formatNumber(value, decimals, locale)}\u00a0%`;
  return (
    <>
      <Figure
        name={words.value.coverage}
        value={share(coverageOf(initiative, "baseline"))}
        door={complete(initiative.baseline)}
        note={words.value.inBaseline}
      />
      <Figure
        name=""
        value={share(coverageOf(initiative, "reporting"))}
        door={complete(initiative.reporting)}
        note={words.value.inReporting}
      />
      <Figure name={words.value.cvRmse} value={percent(fitness.cv_rmse_percent, 1)} door={checks} />
      <Figure name={words.value.nmbe} value={percent(fitness.nmbe_percent, 2)} door={checks} />
      <Figure
        name={words.value.adjustedR2}
        door={checks}
        value={
          fitness.adjusted_r2 === null || fitness.adjusted_r2 === undefined
            ? DASH
            : formatNumber(fitness.adjusted_r2, 2, locale)
        }
      />
      <Figure
        name={words.value.points}
        door={samples(initiative.baseline)}
        value={fitness.n === undefined ? DASH : formatNumber(fitness.n, 0, locale)}
        note={
          typeof fitness.effective_n === "number"
            ? words.value.effectiveN(formatNumber(fitness.effective_n, 0, locale))
            : null
        }
      />
    </>
  );
}

/** The side list: expected against measured, what it pays, and how far it can be trusted. */
export function Figures({ initiative }: { initiative: Initiative }) {
  const { words, locale } = useSpeech();
  const cashflow = initiative.cashflow;
  const horizon =
    cashflow?.horizon_years !== undefined && cashflow.discount_rate !== undefined
      ? words.value.horizon(
          formatNumber(cashflow.horizon_years, 0, locale),
          `${formatNumber(cashflow.discount_rate * 100, 0, locale)}\u00a0%`,
        )
      : null;
  return (
    <aside className={classes.side} aria-label={words.value.figures}>
      <dl>
        <YearFigures initiative={initiative} />
      </dl>
      <dl>
        <CashFigures initiative={initiative} />
        {horizon ? (
          <div className={classes.figure}>
            <dt className={classes.horizon}>{words.value.terms}</dt>
            <dd className={classes.horizon}>{horizon}</dd>
          </div>
        ) : null}
      </dl>
      <dl>
        <TrustFigures initiative={initiative} />
      </dl>
    </aside>
  );
}
