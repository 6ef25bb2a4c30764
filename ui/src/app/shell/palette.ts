import type { Asset, Tag } from "../../api/types.ts";

/** Something Ctrl-K can jump to. */
export interface Choice {
  id: string;
  kind: "page" | "action" | "asset" | "tag" | "initiative";
  name: string;
  hint: string;
  words: string; // lower-case, what the search looks into
  run: () => void;
}

/**
 * How well a choice fits: every word must occur; a match at the start of a segment counts more, a
 * shorter name more than a longer one. Zero is no match.
 */
export function scoreOf(choice: Choice, query: string): number {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  let score = 1;
  for (const word of wanted) {
    const at = choice.words.indexOf(word);
    if (at < 0) return 0;
    const starts = at === 0 || /[/\s_-]/.test(choice.words[at - 1] ?? "");
    const inName = choice.name.toLowerCase().includes(word);
    score += (starts ? 2 : 1) + (inName ? 2 : 0);
  }
  return score + 1 / (1 + choice.words.length);
}

/** The best choices, best first; without a query pages and actions come as they are. */
export function searchChoices(choices: readonly Choice[], query: string, limit: number): Choice[] {
  if (query.trim() === "") {
    return choices
      .filter((choice) => choice.kind !== "asset" && choice.kind !== "tag")
      .slice(0, limit);
  }
  return choices
    .map((choice) => ({ choice, score: scoreOf(choice, query) }))
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map((one) => one.choice);
}

export function assetChoice(asset: Asset, run: () => void): Choice {
  return {
    id: `asset:${asset.path}`,
    kind: "asset",
    name: asset.path,
    hint: asset.description,
    words: `${asset.path} ${asset.description}`.toLowerCase(),
    run,
  };
}

export function tagChoice(tag: Tag, run: () => void): Choice {
  return {
    id: `tag:${tag.path}`,
    kind: "tag",
    name: tag.path,
    hint: tag.description,
    words: `${tag.path} ${tag.description} ${tag.unit}`.toLowerCase(),
    run,
  };
}
