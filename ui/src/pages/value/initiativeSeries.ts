import type { Initiative } from "../../api/types.ts";

/** Columns of the two charts of an initiative, ready to draw. */

type Column = (number | null)[];

export interface EnergyColumns {
  times: number[];
  actual: Column;
  counterfactual: Column;
  low: Column;
  high: Column;
  // Where the reporting period gained, `gainHigh` lies above `gainLow`; elsewhere both are null.
  gainHigh: Column;
  gainLow: Column;
  lossHigh: Column;
  lossLow: Column;
}

/** Up to this many points are drawn as they are; more are shown by the week first. */
const MANY_POINTS = 120;
const DAY_MS = 86_400_000;

export type Grain = "day" | "week";

/** Whether the points of an initiative are days that can be put together to weeks. */
export function isDaily(initiative: Initiative): boolean {
  const [first, second] = initiative.series.starts;
  return (
    first !== undefined && second !== undefined && Math.abs(second - first - DAY_MS) <= 3_600_000
  );
}

/** Whether the band reaches below zero where nothing measured ever did. */
export function bandLeavesData({ low, actual }: Pick<EnergyColumns, "low" | "actual">): boolean {
  const below = (value: number | null) => value !== null && value < 0;
  return low.some(below) && !actual.some(below);
}

/** Whether there is a number to draw at all. */
export function hasSeries({ series }: Initiative): boolean {
  return [series.actual, series.counterfactual].some((column) =>
    column.some((value) => value !== null),
  );
}

export function firstGrain(initiative: Initiative): Grain {
  return isDaily(initiative) && initiative.series.starts.length > MANY_POINTS ? "week" : "day";
}

function meanOf(column: Column, from: number, to: number): number | null {
  const known = column.slice(from, to).filter((value): value is number => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/**
 * Days as means of seven, counted from the change so that no week holds days of both periods. A day
 * that lacks its actual or its counterfactual counts in neither, so that both speak of the same
 * days. The band is the mean of the days' bands: wider than a week's own, never narrower.
 */
export function byWeek(series: Initiative["series"], change: number): Initiative["series"] {
  const whole = series.starts.map(
    (_, i) => series.actual[i] !== null && series.counterfactual[i] !== null,
  );
  const masked = (column: Column) => column.map((value, i) => (whole[i] ? value : null));
  const columns = [series.actual, series.counterfactual, series.low, series.high].map(masked);
  const pivot = Math.max(
    0,
    series.starts.findIndex((start) => start >= change),
  );
  const out = { starts: [] as number[], columns: columns.map(() => [] as Column) };
  for (let from = (pivot % 7) - 7; from < series.starts.length; from += 7) {
    const first = Math.max(0, from);
    const start = series.starts[first];
    if (from + 7 <= 0 || start === undefined) continue;
    out.starts.push(start);
    columns.forEach((column, i) => {
      out.columns[i]?.push(meanOf(column, first, from + 7));
    });
  }
  const [actual = [], counterfactual = [], low = [], high = []] = out.columns;
  return { starts: out.starts, actual, counterfactual, low, high };
}

/** The middle of each period, so that a day's sum stands over its day. */
function middles(starts: readonly number[]): number[] {
  return starts.map((start, i) => {
    const next = starts[i + 1];
    const before = starts[i - 1];
    const length = next !== undefined ? next - start : before !== undefined ? start - before : 0;
    return start + length / 2;
  });
}

/**
 * The gap between actual and counterfactual, split into gain and loss. When the KPI should fall a
 * gain is where the actual lies under the counterfactual, when it should rise where it lies over.
 */
export function energyColumns(initiative: Initiative, grain: Grain): EnergyColumns {
  const change = initiative.reporting.from;
  const series = grain === "week" ? byWeek(initiative.series, change) : initiative.series;
  const { starts, actual, counterfactual, low, high } = series;
  const gaps = starts.map((start, i) =>
    start < change
      ? NO_GAP
      : gapAt(actual[i] ?? null, counterfactual[i] ?? null, falls(initiative)),
  );
  return {
    times: middles(starts),
    actual,
    counterfactual,
    low,
    high,
    gainHigh: gaps.map((gap) => gap.gain[1]),
    gainLow: gaps.map((gap) => gap.gain[0]),
    lossHigh: gaps.map((gap) => gap.loss[1]),
    lossLow: gaps.map((gap) => gap.loss[0]),
  };
}

interface Gap {
  gain: [low: number | null, high: number | null];
  loss: [low: number | null, high: number | null];
}

const NO_GAP: Gap = { gain: [null, null], loss: [null, null] };

/** Whether the KPI is better when it is lower. */
function falls(initiative: Initiative): boolean {
  return !/^(up|increase|higher|maximize)$/.test(initiative.kpi.direction);
}

/** One of gain and loss is open, the other closed on the counterfactual. */
function gapAt(actual: number | null, counterfactual: number | null, lowerIsBetter: boolean): Gap {
  if (actual === null || counterfactual === null) return NO_GAP;
  const open: [number, number] = [
    Math.min(actual, counterfactual),
    Math.max(actual, counterfactual),
  ];
  const closed: [number, number] = [counterfactual, counterfactual];
  const gains = lowerIsBetter ? actual <= counterfactual : actual >= counterfactual;
  return gains ? { gain: open, loss: closed } : { gain: closed, loss: open };
}

/**
 * The share of a period's points that have all figures. Without a model only the check of it tells;
 * a period that has not begun has none.
 */
export function coverageOf(
  initiative: Pick<Initiative, "coverage" | "findings">,
  period: "baseline" | "reporting",
): number | null {
  const check = initiative.findings.find((one) => one.code === `coverage-${period}`);
  return initiative.coverage[period] ?? check?.measured ?? null;
}

/** Whether there is anything to pay back. */
export function hasCost({ cost }: Pick<Initiative, "cost">): boolean {
  return [cost?.once, cost?.yearly, cost?.to_date].some((amount) => (amount ?? 0) > 0);
}

/** When the cumulated money first covers its cost for good, or null while it does not or costs nothing. */
export function breakEven(initiative: Initiative): number | null {
  if (!hasCost(initiative)) return null;
  const { starts, value } = initiative.cumulated;
  const cost = initiative.cumulated.cost ?? [];
  let since: number | null = null;
  starts.forEach((start, i) => {
    const money = value[i];
    const spent = cost[i] ?? initiative.cost?.to_date ?? 0;
    if (money === null || money === undefined) return;
    if (money < spent) since = null;
    else since ??= start;
  });
  return since;
}

/** Both charts share their time axis: the money chart is empty before the change. */
export function initiativeSpan(initiative: Initiative): { from: number; to: number } {
  return { from: initiative.baseline.from, to: initiative.reporting.to };
}
