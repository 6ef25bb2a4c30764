import type { TagCoverage } from "../../api/types.ts";
import { formatShare } from "../../format/number.ts";
import type { Words } from "../../words/en.ts";

/** How complete a tag is, in a few characters. */
export function shareText(tag: TagCoverage, words: Words, locale: string): string {
  if (tag.on_change) return words.data.onChange;
  return tag.coverage === null ? "\u2013" : formatShare(tag.coverage, locale);
}

/** The least complete first; tags without a known interval come last, equals by name. */
export function worstFirst(tags: readonly TagCoverage[]): TagCoverage[] {
  return [...tags].sort(
    (a, b) => (a.coverage ?? 2) - (b.coverage ?? 2) || a.tag.localeCompare(b.tag, "en"),
  );
}

export function byName(tags: readonly TagCoverage[]): TagCoverage[] {
  return [...tags].sort((a, b) => a.tag.localeCompare(b.tag, "en", { numeric: true }));
}

export function longestGap(tag: TagCoverage): number | null {
  if (tag.gaps.length === 0) return null;
  return Math.max(...tag.gaps.map((gap) => gap.to - gap.from));
}
