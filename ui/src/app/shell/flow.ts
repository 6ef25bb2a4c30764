import type { LiveStatus } from "../../api/live.ts";

/** Whether data flow: a connection alone is not enough. */
export type Flow =
  | { kind: "live" }
  | { kind: "connecting" }
  | { kind: "empty" }
  | { kind: "idle"; age_ms: number }
  | { kind: "lost" };

/** A plant whose newest sample is older than this is not live, however well the line stands. */
export const FRESH_MS = 60_000;

export function flowOf(phase: LiveStatus["phase"], newest_ms: number | null, now_ms: number): Flow {
  if (phase === "lost") return { kind: "lost" };
  if (phase !== "open") return { kind: "connecting" };
  if (newest_ms === null) return { kind: "empty" };
  const age_ms = now_ms - newest_ms;
  return age_ms < FRESH_MS ? { kind: "live" } : { kind: "idle", age_ms };
}
