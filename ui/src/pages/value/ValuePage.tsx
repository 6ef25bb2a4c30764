import { useInitiatives } from "../../api/queries.ts";
import type { InitiativeSummary } from "../../api/types.ts";
import { inScope, useScope } from "../../app/address.ts";
import { formatCount } from "../../format/number.ts";
import { Command } from "../../parts/Command.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { ErrorBox } from "../../parts/ErrorBox.tsx";
import { LinkButton } from "../../parts/LinkButton.tsx";
import { Page } from "../../parts/Page.tsx";
import { SaveButton } from "../../parts/SaveButton.tsx";
import { Skeleton, SkeletonRows } from "../../parts/Skeleton.tsx";
import { type CsvCell, csvOf, saveText } from "../../parts/save.ts";
import { useSpeech } from "../../words/words.ts";
import { PortfolioTable } from "./PortfolioTable.tsx";
import classes from "./value.module.css";
import { provenCount, provenTotals, totalsText } from "./verdict.ts";

function useSentence(initiatives: readonly InitiativeSummary[]): string {
  const { words, locale } = useSpeech();
  if (initiatives.length === 0) return words.value.none;
  const proven = formatCount(provenCount(initiatives), locale);
  const all = words.common.initiatives(initiatives.length, formatCount(initiatives.length, locale));
  const totals = provenTotals(initiatives);
  const first = words.value.sentence(proven, all);
  return totals.size === 0
    ? first
    : `${first}, ${words.value.sentenceMoney(totalsText(totals, locale))}`;
}

function tableOf(initiatives: readonly InitiativeSummary[]): CsvCell[][] {
  const head = [
    "name",
    "title",
    "scope",
    "status",
    "verdict",
    "currency",
    "expected_low",
    "expected",
    "expected_high",
    "measured_low",
    "measured",
    "measured_high",
  ];
  const rows = initiatives.map((one) => [
    one.name,
    one.title,
    one.scope,
    one.status,
    one.verdict,
    one.currency,
    one.expected_per_year.low,
    one.expected_per_year.value,
    one.expected_per_year.high,
    one.measured_per_year.low,
    one.measured_per_year.value,
    one.measured_per_year.high,
  ]);
  return [head, ...rows];
}

export default function ValuePage() {
  const { words } = useSpeech();
  const { scope } = useScope();
  const query = useInitiatives();
  const initiatives = (query.data?.initiatives ?? []).filter((one) => inScope(one.scope, scope));
  const sentence = useSentence(initiatives);
  if (query.error && !query.data) {
    return (
      <Page sentence={words.pages.value}>
        <ErrorBox error={query.error} retry={() => void query.refetch()} />
      </Page>
    );
  }
  if (!query.data) {
    return (
      <Page sentence={<Skeleton width={360} height={24} />}>
        <SkeletonRows rows={4} height={48} />
      </Page>
    );
  }
  const tools = (
    <>
      <SaveButton save={() => saveText("value.csv", "text/csv", csvOf(tableOf(initiatives)))} />
      <LinkButton />
    </>
  );
  return (
    <Page sentence={sentence} tools={initiatives.length > 0 ? tools : null}>
      {initiatives.length === 0 ? (
        <NoInitiatives />
      ) : (
        <div className={classes.tableScroll}>
          <PortfolioTable initiatives={initiatives} />
          <Legend />
        </div>
      )}
    </Page>
  );
}

function Legend() {
  const { words } = useSpeech();
  return (
    <p className={classes.legend}>
      <span className={classes.key} data-kind="expected" aria-hidden="true" />{" "}
      {words.value.expected}
      <span className={classes.key} data-kind="measured" aria-hidden="true" />{" "}
      {words.value.measured}, {words.value.band}
    </p>
  );
}

function NoInitiatives() {
  const { words } = useSpeech();
  return (
    <Empty>
      <p>{words.value.noneHint}</p>
      <Command text="bedplate apply --data DIR initiative.yaml" />
    </Empty>
  );
}
