import { formatNumber, formatPower, TINY_STEP } from "./number.ts";

/** Rounds to `significant` digits, so that an estimate does not pretend to the cent. */
export function roundSignificant(value: number, significant: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const step = 10 ** (Math.floor(Math.log10(Math.abs(value))) - significant + 1);
  return Math.round(value / step) * step;
}

/** An amount with its currency: "14,200 EUR". Amounts under ten keep their cents. */
export function formatMoney(amount: number, currency: string, locale: string): string {
  return `${formatAmount(amount, locale)}\u00a0${currency}`;
}

/** An estimated amount to three significant digits, without its currency. */
export function formatAmount(amount: number, locale: string): string {
  const rounded = roundSignificant(amount, 3);
  const small = Math.abs(rounded) < 10 && !Number.isInteger(rounded);
  return formatNumber(rounded, small ? 2 : 0, locale);
}

/** The step to which all three numbers of an estimate are rounded: three digits of the largest. */
export function estimateStep(values: readonly (number | null)[]): number {
  const largest = Math.max(0, ...values.map((value) => Math.abs(value ?? 0)));
  return largest === 0 ? 1 : 10 ** (Math.floor(Math.log10(largest)) - 2);
}

export interface Estimate {
  value: string | null;
  low: string | null;
  high: string | null;
}

/** An estimate with its interval, all to the same place: 14,200 (9,800 to 18,900). */
export function formatEstimate(
  estimate: { value: number | null; low: number | null; high: number | null },
  locale: string,
): Estimate {
  const step = estimateStep([estimate.value, estimate.low, estimate.high]);
  const decimals = Math.max(0, -Math.floor(Math.log10(step)));
  const exponent = Math.floor(Math.log10(step)) + 2; // of the largest of the three
  const text = (value: number | null) => {
    if (value === null) return null;
    const rounded = Math.round(value / step) * step;
    if (step >= TINY_STEP) return formatNumber(rounded, decimals, locale);
    return rounded === 0 ? "0" : formatPower(rounded, exponent, 2, locale);
  };
  return { value: text(estimate.value), low: text(estimate.low), high: text(estimate.high) };
}

/** A price, which is exact: as many decimals as it has, two at least when it has any. */
export function formatPrice(price: number, locale: string): string {
  return new Intl.NumberFormat(locale, {
    minimumFractionDigits: Number.isInteger(price) ? 0 : 2,
    maximumFractionDigits: 6,
  }).format(price);
}
