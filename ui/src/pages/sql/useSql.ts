import { useCallback, useEffect, useRef, useState } from "react";
import { call } from "../../api/client.ts";
import type { SqlResult } from "../../api/types.ts";

export type SqlState =
  | { kind: "idle" }
  | { kind: "running"; since: number }
  | { kind: "done"; result: SqlResult; sql: string }
  | { kind: "failed"; error: Error; sql: string }
  | { kind: "cancelled" };

/** Runs one query at a time; a new one, or leaving the page, cancels the one before. */
export function useSql() {
  const [state, setState] = useState<SqlState>({ kind: "idle" });
  const running = useRef<AbortController | null>(null);
  const cancel = useCallback(() => running.current?.abort(), []);
  const run = useCallback(async (sql: string) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setState({ kind: "running", since: Date.now() });
    try {
      const result = await call("post", "/api/v1/sql", {
        body: { sql },
        signal: controller.signal,
      });
      if (running.current === controller) setState({ kind: "done", result, sql });
    } catch (error) {
      if (running.current !== controller) return;
      if (controller.signal.aborted) setState({ kind: "cancelled" });
      else setState({ kind: "failed", error: error as Error, sql });
    }
  }, []);
  useEffect(() => () => running.current?.abort(), []);
  return { state, run, cancel };
}
