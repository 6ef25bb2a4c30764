import type { ReactNode } from "react";
import { Link } from "react-router";
import type { InitiativeSummary } from "../../api/types.ts";
import { useTo } from "../../app/address.ts";
import { formatCount, formatShare } from "../../format/number.ts";
import { Skeleton } from "../../parts/Skeleton.tsx";
import { useSpeech } from "../../words/words.ts";
import { provenTotals, totalsText } from "../value/verdict.ts";
import { overallCoverage } from "./overview.ts";
import { useAttention, useScopeCoverage, useScopedInitiatives } from "./useHome.ts";

function useValuePart(initiatives: readonly InitiativeSummary[] | undefined): string | null {
  const { words, locale } = useSpeech();
  if (!initiatives) return null;
  if (initiatives.length === 0) return words.home.noInitiatives;
  const totals = provenTotals(initiatives);
  if (totals.size === 0) return words.home.nothingProven;
  const lost = [...totals.values()].every((total) => total.value < 0);
  if (!lost) return words.home.proven(totalsText(totals, locale));
  const amounts = [...totals].map(
    ([currency, total]) => [currency, { ...total, value: -total.value }] as const,
  );
  return words.home.provenLoss(totalsText(new Map(amounts), locale));
}

/** The answer of the page: value proven, tags to look at, completeness; each a door. */
export function HomeSentence() {
  const { words, locale } = useSpeech();
  const to = useTo();
  const { query: valueQuery, initiatives } = useScopedInitiatives();
  const { query: lastQuery, attention } = useAttention();
  const { query: coverageQuery } = useScopeCoverage();
  const value = useValuePart(initiatives);
  const parts: ReactNode[] = [];
  const door = (address: string, text: string) => (
    <Link key={address} className="door" to={address}>
      {text}
    </Link>
  );
  if (value !== null) parts.push(door(to("/value"), value));
  if (attention) {
    const stale = attention.stale.length;
    const bad = attention.bad.length;
    if (bad > 0)
      parts.push(
        door(to("/plant", { state: "bad" }), words.home.bad(bad, formatCount(bad, locale))),
      );
    if (stale > 0) {
      parts.push(
        door(to("/plant", { state: "stale" }), words.home.stale(stale, formatCount(stale, locale))),
      );
    }
    if (stale + bad === 0) parts.push(door(to("/plant"), words.home.allFresh));
  }
  const share = coverageQuery.data ? overallCoverage(coverageQuery.data) : null;
  if (share !== null) parts.push(door(to("/data"), words.home.data(formatShare(share, locale))));
  const waiting = [valueQuery, lastQuery, coverageQuery].some((query) => query.isPending);
  if (parts.length === 0 && waiting) return <Skeleton width={480} height={24} />;
  if (parts.length === 0) return <>{words.home.silent}</>;
  return <>{parts.flatMap((part, i) => (i === 0 ? [part] : [i === 1 ? "; " : ", ", part]))}</>;
}
