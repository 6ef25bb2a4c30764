/** Numbers as people read them: digits follow the resolution of the data, never the float. */

const MAX_DECIMALS = 6;

function formatter(locale: string, decimals: number): Intl.NumberFormat {
  const key = `${locale}/${decimals}`;
  const known = formatters.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(locale, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  formatters.set(key, made);
  return made;
}
const formatters = new Map<string, Intl.NumberFormat>();

/** The decimals a value is written with, at most `max`: 3.17 has 2, 1e-9 has `max`. */
export function decimalsOf(value: number, max: number = MAX_DECIMALS): number {
  if (!Number.isFinite(value)) return 0;
  for (let decimals = 0; decimals < max; decimals++) {
    const scaled = value * 10 ** decimals;
    const slack = Math.abs(scaled) * 1e-12;
    if (Math.abs(scaled - Math.round(scaled)) <= slack) return decimals;
  }
  return max;
}

/** The decimals that show `significant` digits of something of the size of `magnitude`. */
export function decimalsForMagnitude(magnitude: number, significant: number): number {
  const size = Math.abs(magnitude);
  if (size === 0 || !Number.isFinite(size)) return 0;
  const decimals = significant - 1 - Math.floor(Math.log10(size));
  return Math.min(MAX_DECIMALS, Math.max(0, decimals));
}

/** The resolution of a series: the decimals its values are written with, capped by their size. */
export function resolutionOf(values: readonly (number | null)[]): number {
  let decimals = 0;
  let largest = 0;
  for (const value of values) {
    if (value === null) continue;
    decimals = Math.max(decimals, decimalsOf(value));
    largest = Math.max(largest, Math.abs(value));
  }
  return Math.min(decimals, decimalsForMagnitude(largest, 5));
}

/** A number with fixed decimals; a value that rounds to zero loses its sign. */
export function formatNumber(value: number, decimals: number, locale: string): string {
  const rounded = Number(value.toFixed(decimals));
  return formatter(locale, decimals)
    .format(rounded === 0 ? 0 : rounded)
    .replace("-", "\u2212");
}

const TICK_UNITS = [
  { least: 1e9, divisor: 1e9, symbol: "G" },
  { least: 1e6, divisor: 1e6, symbol: "M" },
  { least: 1e5, divisor: 1e3, symbol: "k" },
] as const;

const SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";

/** A number of more decimals than anyone counts, as a multiple of a power of ten: 1.5 × 10⁻⁸. */
export function formatPower(
  value: number,
  exponent: number,
  decimals: number,
  locale: string,
): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]);
  const power = `10${exponent < 0 ? "\u207b" : ""}${digits.join("")}`;
  return `${formatNumber(value / 10 ** exponent, decimals, locale)}\u00a0\u00d7\u00a0${power}`;
}

/** Steps under this are written as powers of ten. */
export const TINY_STEP = 1e-5;

/** The numbers of an axis, `step` apart and all in one unit, so that large ones stay short: 20 M. */
export function formatTicks(ticks: readonly number[], step: number, locale: string): string[] {
  const largest = Math.max(0, ...ticks.map(Math.abs));
  if (largest > 0 && step < TINY_STEP && largest < 1) {
    const exponent = Math.floor(Math.log10(largest));
    const places = decimalsOf(step / 10 ** exponent);
    return ticks.map((tick) => (tick === 0 ? "0" : formatPower(tick, exponent, places, locale)));
  }
  const unit = TICK_UNITS.find((one) => largest >= one.least);
  const divisor = unit?.divisor ?? 1;
  const decimals = decimalsOf(step / divisor);
  return ticks.map((tick) => {
    if (tick === 0 && unit) return "0";
    const text = formatNumber(tick / divisor, decimals, locale);
    return unit ? `${text}\u00a0${unit.symbol}` : text;
  });
}

/** A single reading, with the decimals it carries but never more than five significant digits. */
export function formatReading(value: number, locale: string): string {
  return formatNumber(value, resolutionOf([value]), locale);
}

/** A count: 35,040. */
export function formatCount(value: number, locale: string): string {
  return formatNumber(value, 0, locale);
}

/** A share of one as percent: 0.982 becomes "98.2 %"; only the whole is "100 %". */
export function formatShare(share: number, locale: string): string {
  const percent = share * 100;
  if (percent >= 100) return `100\u00a0%`;
  if (percent <= 0) return `0\u00a0%`;
  const capped = Math.min(99.9, Math.max(0.1, percent));
  return `${formatNumber(capped, 1, locale)}\u00a0%`;
}

/** Bytes in decimal multiples: 1.4 MB. */
export function formatBytes(bytes: number, locale: string): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${formatNumber(size, unit === 0 || size >= 100 ? 0 : 1, locale)}\u00a0${units[unit]}`;
}
