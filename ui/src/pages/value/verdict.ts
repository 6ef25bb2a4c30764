import type { InitiativeSummary, Interval, Verdict } from "../../api/types.ts";
import { estimateStep, formatEstimate } from "../../format/money.ts";
import { formatNumber } from "../../format/number.ts";
import type { MarkKind } from "../../parts/Mark.tsx";
import type { Words } from "../../words/en.ts";

/** How a verdict is said; the numbers come from the server, the sentence is made here. */

export const VERDICT_MARKS: Record<Verdict, MarkKind> = {
  "proven-gain": "gain",
  "proven-loss": "loss",
  "not-significant": "uncertain",
  "no-verdict": "unknown",
};

/** Only a proven effect may show its money as a fact. */
export function isProven({ verdict }: Pick<InitiativeSummary, "verdict">): boolean {
  return verdict === "proven-gain" || verdict === "proven-loss";
}

/** "9,800 to 18,900", or null when an end is not known. */
export function bandText(interval: Interval, words: Words, locale: string): string | null {
  const { low, high } = formatEstimate(interval, locale);
  return low === null || high === null ? null : `${low} ${words.common.until} ${high}`;
}

/** Why there is no verdict. */
function reasonOf(summary: InitiativeSummary, words: Words): string {
  return summary.reason ?? words.value.noReason;
}

export function verdictSentence(summary: InitiativeSummary, words: Words, locale: string): string {
  const { verdict, measured_per_year: measured, currency } = summary;
  if (verdict === "no-verdict") return words.value.sentences[verdict](reasonOf(summary, words));
  const shown = verdict === "proven-loss" ? mirrored(measured) : measured;
  const { value } = formatEstimate(shown, locale);
  const band = bandText(shown, words, locale);
  if (value === null || band === null) return summary.verdict_text;
  const told = words.value.sentences[verdict](`${value}\u00a0${currency}`, band);
  return summary.caveat ? words.value.caveat(told, summary.caveat) : told;
}

/** A loss is said as a positive amount, and so is its band. */
function mirrored(interval: Interval): Interval {
  const { value, low, high } = interval;
  return { value: negated(value), low: negated(high), high: negated(low) };
}

function negated(value: number | null): number | null {
  return value === null ? null : -value;
}

export interface Total {
  value: number;
  step: number; // of the coarsest estimate in it; a sum is no finer than its parts
}

/** Proven money a year, losses taken off, by currency. */
export function provenTotals(initiatives: readonly InitiativeSummary[]): Map<string, Total> {
  const totals = new Map<string, Total>();
  for (const one of initiatives) {
    const { value, low, high } = one.measured_per_year;
    if (!isProven(one) || value === null) continue;
    const before = totals.get(one.currency) ?? { value: 0, step: 0 };
    const step = Math.max(before.step, estimateStep([value, low, high]));
    totals.set(one.currency, { value: before.value + value, step });
  }
  return totals;
}

/** A total as it is said: "14,200 EUR". */
export function totalText(currency: string, total: Total, locale: string): string {
  const rounded = Math.round(total.value / total.step) * total.step;
  return `${formatNumber(rounded, Math.max(0, -Math.floor(Math.log10(total.step))), locale)}\u00a0${currency}`;
}

/** How many have a proven effect, be it a gain or a loss: those whose money is added up. */
export function provenCount(initiatives: readonly InitiativeSummary[]): number {
  return initiatives.filter(isProven).length;
}

export function totalsText(totals: ReadonlyMap<string, Total>, locale: string): string {
  return [...totals].map(([currency, total]) => totalText(currency, total, locale)).join(" + ");
}
