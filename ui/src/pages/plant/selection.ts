import { stateNow } from "../../api/live.ts";
import type { LastValue, Tag } from "../../api/types.ts";
import { inScope } from "../../app/address.ts";

export type StateFilter = "bad" | "stale" | "attention" | null;

export function parseState(text: string | null): StateFilter {
  return text === "bad" || text === "stale" || text === "attention" ? text : null;
}

/** More rows than this are not shown at once; a deeper asset shows fewer. */
export const MAX_ROWS = 300;

export interface TagRow {
  tag: Tag;
  value: LastValue;
}

/** A value for a tag of which none has arrived yet, as far as the plant's list knows it. */
function placeholder(tag: Tag): LastValue {
  return {
    tag: tag.path,
    type: tag.type,
    unit: tag.unit,
    time: null,
    value: null,
    quality: "none",
    state: "unknown",
    interval_ms: tag.interval_ms ?? null,
  };
}

/** The tags of a scope with their newest values, filtered by state. */
export function tagRows(
  tags: readonly Tag[],
  values: ReadonlyMap<string, LastValue>,
  scope: string,
  filter: StateFilter,
  now_ms: number,
): TagRow[] {
  return tags
    .filter((tag) => inScope(tag.path, scope))
    .map((tag) => ({ tag, value: values.get(tag.path) ?? placeholder(tag) }))
    .filter(({ value }) => {
      if (filter === null) return true;
      const state = stateNow(value, now_ms);
      return filter === "attention" ? state === "bad" || state === "stale" : state === filter;
    })
    .sort((a, b) => a.tag.path.localeCompare(b.tag.path, "en", { numeric: true }));
}
