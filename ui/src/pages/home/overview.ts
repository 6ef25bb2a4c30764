import { stateNow } from "../../api/live.ts";
import type { Coverage, DeadLetter, LastValue } from "../../api/types.ts";

/** What Home says, worked out from what the server answered. */

export interface Attention {
  stale: LastValue[];
  bad: LastValue[];
}

/** Tags that need a look: bad ones, then stale ones, those that broke last first. */
export function attentionOf(values: readonly LastValue[], now_ms: number): Attention {
  const newestFirst = (a: LastValue, b: LastValue) => (b.time ?? 0) - (a.time ?? 0);
  const inState = (state: LastValue["state"]) =>
    values.filter((value) => stateNow(value, now_ms) === state).sort(newestFirst);
  return { stale: inState("stale"), bad: inState("bad") };
}

/**
 * The mean completeness of the tags whose interval is known. Each tag counts alike: by samples, one
 * fast tag would drown all the others.
 */
export function overallCoverage(coverage: Coverage): number | null {
  const shares = coverage.tags.flatMap((tag) => (tag.coverage === null ? [] : [tag.coverage]));
  if (shares.length === 0) return null;
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

export interface RefusedGroup {
  source: string;
  reason: string;
  count: number;
  newest: number;
}

/** Refused data by source and reason, newest first. */
export function groupLetters(letters: readonly DeadLetter[]): RefusedGroup[] {
  const groups = new Map<string, RefusedGroup>();
  for (const letter of letters) {
    const key = `${letter.source}\n${letter.code}`;
    const group = groups.get(key);
    const received = letter.received ?? 0;
    if (!group) {
      groups.set(key, { source: letter.source, reason: letter.reason, count: 1, newest: received });
      continue;
    }
    group.count++;
    group.newest = Math.max(group.newest, received);
  }
  return [...groups.values()].sort((a, b) => b.newest - a.newest);
}
