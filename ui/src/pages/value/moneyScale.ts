import type { InitiativeSummary } from "../../api/types.ts";

export interface MoneyScale {
  low: number;
  high: number;
  ticks: number[];
}

/** A round step that cuts `length` into at most `parts`. */
export function niceStep(length: number, parts: number): number {
  const rough = length / Math.max(1, parts);
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((one) => one * power >= rough) ?? 10;
  return factor * power;
}

/** A scale from round number to round number that holds every interval and zero. */
export function moneyScale(values: readonly (number | null)[], parts = 4): MoneyScale {
  const known = values.filter((value): value is number => value !== null);
  const low = Math.min(0, ...known);
  const high = Math.max(0, ...known);
  if (high === low) return { low: 0, high: 1, ticks: [0] };
  const step = niceStep(high - low, parts);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return { low: first * step, high: last * step, ticks };
}

export function shareOf(value: number, scale: MoneyScale): number {
  return (value - scale.low) / (scale.high - scale.low);
}

export function scaleFor(initiatives: readonly InitiativeSummary[]): MoneyScale {
  return moneyScale(
    initiatives.flatMap((one) => {
      const { measured_per_year: measured, expected_per_year: expected } = one;
      return [
        measured.low,
        measured.value,
        measured.high,
        expected.low,
        expected.value,
        expected.high,
      ];
    }),
  );
}
