import type { Tag } from "../../api/types.ts";
import { type Life, lifeOf } from "../../app/place.ts";
import { useRangeText } from "../../app/shell/RangePicker.tsx";
import { shortNames } from "../../chart/labels.ts";
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

const TOLD = 3;

/** What several tags did, in a few words each: their means, or the states that held longest. */
function digestOf(
  tags: readonly Tag[],
  data: readonly (TrendSeries | undefined)[],
  span: Span,
  speech: Speech,
): string | null {
  const { words, locale } = speech;
  const names = shortNames(tags.map((tag) => tag.path));
  const parts = tags.flatMap((tag, i) => {
    const series = data[i];
    if (!series) return [];
    if (series.kind === "state") {
      const longest = stateShares(series.states, span)[0];
      return longest ? [words.trends.digestState(names[i] ?? "", longest.state)] : [];
    }
    const { low, mean, high } = summaryOf(series, span);
    if (mean === null) return [];
    const figure = formatNumber(mean, resolutionOf([low, high]), locale);
    return [words.trends.digest(names[i] ?? "", `${figure}\u00a0${unitLabel(tag.unit)}`.trim())];
  });
  if (parts.length === 0) return null;
  const more = tags.length - Math.min(parts.length, TOLD);
  const told = parts.slice(0, TOLD).join(", ");
  return more > 0
    ? words.trends.digestMore(told, formatCount(more, locale))
    : words.trends.digestAll(told);
}

/** The part of a span in which the tags have data; all of it where none has. */
export function livedSpan(span: Span, life: Life | null): Span {
  if (life === null || life.last < span.from || life.first >= span.to) return span;
  return { from: Math.max(span.from, life.first), to: Math.min(span.to, life.last + 1) };
}

/** The first line of a trend: what its tags did, and in which time. */
export function useTrendSentence(
  tags: readonly Tag[],
  data: readonly (TrendSeries | undefined)[],
  span: Span,
): string {
  const speech = useSpeech();
  const { words, locale } = speech;
  const period = useRangeText(livedSpan(span, lifeOf(tags)));
  const [tag] = tags;
  const [series] = data;
  const single = tags.length === 1 && tag !== undefined;
  const story = single
    ? series && storyOf(tag, series, span, speech)
    : digestOf(tags, data, span, speech);
  const names = single
    ? tag.path
    : words.common.tags(tags.length, formatCount(tags.length, locale));
  return words.trends.sentence(story ?? names, period);
}
