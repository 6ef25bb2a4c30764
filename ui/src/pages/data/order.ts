import type { TagCoverage } from "../../api/types.ts";

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
