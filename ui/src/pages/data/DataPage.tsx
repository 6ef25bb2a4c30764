import { SegmentedControl } from "@mantine/core";
import { useCoverage } from "../../api/queries.ts";
import type { Coverage } from "../../api/types.ts";
import { usePageParams, useScope } from "../../app/address.ts";
import { usePlace, useRange } from "../../app/place.ts";
import { useRangeText } from "../../app/shell/RangePicker.tsx";
import { formatCount, formatShare } from "../../format/number.ts";
import { ErrorBox } from "../../parts/ErrorBox.tsx";
import { FirstRun } from "../../parts/FirstRun.tsx";
import { Page } from "../../parts/Page.tsx";
import { Skeleton, SkeletonRows } from "../../parts/Skeleton.tsx";
import { useSpeech } from "../../words/words.ts";
import { overallCoverage } from "../home/overview.ts";
import { CoverageTable } from "./CoverageTable.tsx";
import { DeadLetters } from "./DeadLetters.tsx";

const CELLS = 200;

function useSentence(coverage: Coverage | undefined, period: string) {
  const { words, locale } = useSpeech();
  if (!coverage) return <Skeleton width={420} height={24} />;
  const share = overallCoverage(coverage);
  if (share === null) return words.data.sentenceNone;
  const gaps = coverage.tags.reduce((sum, tag) => sum + (tag.gap_count ?? tag.gaps.length), 0);
  const letters = coverage.tags.reduce((sum, tag) => sum + tag.dead_letters, 0);
  const parts = [
    words.data.sentence(formatShare(share, locale), period),
    words.data.gaps(gaps, formatCount(gaps, locale)),
    letters === 0
      ? words.data.refusedNone
      : words.data.refusedEver(words.data.refused(letters, formatCount(letters, locale))),
  ];
  return `${parts[0]}: ${parts[1]}, ${parts[2]}`;
}

/** Are the data complete, and what was refused? */
export default function DataPage() {
  const { words } = useSpeech();
  const { info } = usePlace();
  const { glob } = useScope();
  const { span } = useRange();
  const { params, set } = usePageParams();
  const tab = params.get("tab") === "letters" ? "letters" : "coverage";
  const empty = info.tags === 0;
  const coverage = useCoverage([glob], span.from, span.to, CELLS, !empty);
  const sentence = useSentence(coverage.data, useRangeText(span));
  if (empty && info.dead_letters === 0) {
    return (
      <Page sentence={words.first.sentence}>
        <FirstRun />
      </Page>
    );
  }
  const tabs = (
    <SegmentedControl
      size="xs"
      aria-label={words.pages.data}
      value={tab}
      onChange={(value) => set("tab", value === "coverage" ? null : value)}
      data={[
        { value: "coverage", label: words.data.tabCoverage },
        { value: "letters", label: words.data.tabLetters },
      ]}
    />
  );
  return (
    <Page sentence={sentence} tools={tabs}>
      {tab === "letters" ? <DeadLetters /> : null}
      {tab === "coverage" && coverage.error && !coverage.data ? (
        <ErrorBox error={coverage.error} retry={() => void coverage.refetch()} />
      ) : null}
      {tab === "coverage" && coverage.isPending && !empty ? <SkeletonRows rows={12} /> : null}
      {tab === "coverage" && coverage.data ? (
        <CoverageTable coverage={coverage.data} span={span} />
      ) : null}
    </Page>
  );
}
