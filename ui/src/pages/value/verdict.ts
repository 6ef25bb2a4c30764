import type { InitiativeSummary, Interval, Verdict } from "../../api/types.ts";
import { formatEstimate, formatMoney } from "../../format/money.ts";
import type { MarkKind } from "../../parts/Mark.tsx";
import type { Words } from "../../words/en.ts";

/** How a verdict is said; the numbers come from the server, the sentence is made here. */

export const VERDICT_MARKS: Record<Verdict, MarkKind> = {
  "proven-gain": "gain",
  "proven-loss": "loss",
  "not-significant": "uncertain",
  "no-verdict": "unknown",
};

/** "9,800 to 18,900", or null when an end is not known. */
export function bandText(interval: Interval, words: Words, locale: string): string | null {
  const { low, high } = formatEstimate(interval, locale);
  return low === null || high === null ? null : `${low} ${words.common.until} ${high}`;
}

/** Why there is no verdict, from the server's sentence without its first word. */
function reasonOf(summary: InitiativeSummary, words: Words): string {
  if (summary.error) return summary.error;
  return summary.verdict_text.replace(/^No verdict:\s*/i, "") || words.value.noReason;
}

export function verdictSentence(summary: InitiativeSummary, words: Words, locale: string): string {
  const { verdict, measured_per_year: measured, currency } = summary;
  if (verdict === "no-verdict") return words.value.sentences[verdict](reasonOf(summary, words));
  const shown = verdict === "proven-loss" ? mirrored(measured) : measured;
  const { value } = formatEstimate(shown, locale);
  const band = bandText(shown, words, locale);
  if (value === null || band === null) return summary.verdict_text;
  return words.value.sentences[verdict](`${value}\u00a0${currency}`, band);
}

/** A loss is said as a positive amount, and so is its band. */
function mirrored(interval: Interval): Interval {
  const { value, low, high } = interval;
  return { value: negated(value), low: negated(high), high: negated(low) };
}

function negated(value: number | null): number | null {
  return value === null ? null : -value;
}

/** Proven money a year, losses taken off, by currency. */
export function provenTotals(initiatives: readonly InitiativeSummary[]): Map<string, number> {
  const totals = new Map<string, number>();
  for (const one of initiatives) {
    const proven = one.verdict === "proven-gain" || one.verdict === "proven-loss";
    const value = one.measured_per_year.value;
    if (!proven || value === null) continue;
    totals.set(one.currency, (totals.get(one.currency) ?? 0) + value);
  }
  return totals;
}

export function provenCount(initiatives: readonly InitiativeSummary[]): number {
  return initiatives.filter((one) => one.verdict === "proven-gain").length;
}

export function totalsText(totals: ReadonlyMap<string, number>, locale: string): string {
  return [...totals].map(([currency, sum]) => formatMoney(sum, currency, locale)).join(" + ");
}
