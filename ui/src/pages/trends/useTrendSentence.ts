import type { Tag } from "../../api/types.ts";
import { useRangeText } from "../../app/shell/RangePicker.tsx";
import { stateShares } from "../../chart/states.ts";
import { formatCount, formatNumber, formatShare, resolutionOf } from "../../format/number.ts";
import { unitLabel } from "../../format/unit.ts";
import type { Span } from "../../range/range.ts";
import { lastSegment } from "../../tree/tree.ts";
import type { Speech } from "../../words/words.ts";
import { useSpeech } from "../../words/words.ts";
import { summaryOf, type TrendSeries } from "./trendData.ts";

/** What one tag did in a span: its mean and extremes, or the state that held longest. */
function storyOf(tag: Tag, series: TrendSeries, span: Span, speech: Speech): string | null {
  const { words, locale } = speech;
  const name = tag.description || lastSegment(tag.path);
  if (series.kind === "state") {
    const longest = stateShares(series.states, span)[0];
    return longest
      ? words.trends.storyState(name, longest.state, formatShare(longest.share, locale))
      : null;
  }
  const { low, mean, high } = summaryOf(series, span);
  if (low === null || mean === null || high === null) return null;
  const decimals = resolutionOf([low, high]);
  const text = (value: number) => formatNumber(value, decimals, locale);
  const unit = unitLabel(tag.unit);
  return words.trends.story(name, `${text(mean)}\u00a0${unit}`.trim(), text(low), text(high));
}

/** The first line of a trend: what one tag did, or how many tags are shown. */
export function useTrendSentence(
  tags: readonly Tag[],
  data: readonly (TrendSeries | undefined)[],
  span: Span,
): string {
  const speech = useSpeech();
  const { words, locale } = speech;
  const period = useRangeText(span);
  const [tag] = tags;
  const [series] = data;
  const single = tags.length === 1 && tag !== undefined;
  const story = single && series ? storyOf(tag, series, span, speech) : null;
  const names = single
    ? tag.path
    : words.common.tags(tags.length, formatCount(tags.length, locale));
  return words.trends.sentence(story ?? names, period);
}
