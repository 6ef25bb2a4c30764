import { useMemo } from "react";
import { useRememberTrend } from "../../app/lastTrend.ts";
import { lifeOf, usePlace, useRange } from "../../app/place.ts";
import { ErrorBox } from "../../parts/ErrorBox.tsx";
import { Page } from "../../parts/Page.tsx";
import { useSpeech } from "../../words/words.ts";
import { Suggestions } from "./Suggestions.tsx";
import { TagPicker } from "./TagPicker.tsx";
import { TrendView } from "./TrendView.tsx";
import { useChosenTags, useTrendChoice } from "./useTrends.ts";

/** Any tags over any time. */
export default function TrendsPage() {
  const { words } = useSpeech();
  const { info } = usePlace();
  useRememberTrend();
  const choice = useTrendChoice();
  const chosen = useChosenTags(choice.paths);
  const range = useRange(useMemo(() => lifeOf(chosen.tags), [chosen.tags]));
  if (chosen.error) {
    return (
      <Page sentence={words.pages.trends}>
        <ErrorBox error={chosen.error} />
      </Page>
    );
  }
  if (choice.paths.length === 0) {
    const picker = info.tags > 0 ? <TagPicker chosen={[]} onAdd={choice.add} /> : null;
    return (
      <Page sentence={words.trends.sentenceNone} tools={picker}>
        <Suggestions onAdd={choice.add} />
      </Page>
    );
  }
  return <TrendView choice={choice} chosen={chosen} range={range} />;
}
