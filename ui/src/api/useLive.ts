import {
  createContext,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import { type LiveStatus, LiveStream } from "./live.ts";
import type { LastValue } from "./types";

/** A hidden page gives its connection back after this long: browsers allow six to one server. */
const HIDDEN_STOP_MS = 30_000;

/** The stream of a real page. */
export function browserStream(): LiveStream {
  return new LiveStream({
    open: (address) => new EventSource(address),
    now: () => Date.now(),
    later: (delay_ms, action) => {
      const id = window.setTimeout(action, delay_ms);
      return () => window.clearTimeout(id);
    },
  });
}

export const LiveContext = createContext<LiveStream | null>(null);

export function useLiveStream(): LiveStream {
  const stream = useContext(LiveContext);
  if (!stream) throw new Error("no LiveContext above this component");
  return stream;
}

export function useLiveStatus(): LiveStatus {
  const stream = useLiveStream();
  return useSyncExternalStore(
    (listener) => stream.listen(listener),
    () => stream.status,
  );
}

/** The newest values of everything watched; asks the stream to watch `globs` meanwhile. */
export function useLiveValues(globs: readonly string[]): ReadonlyMap<string, LastValue> {
  const stream = useLiveStream();
  const key = globs.join("\n");
  const list = useMemo(() => (key === "" ? [] : key.split("\n")), [key]);
  useEffect(() => stream.watch(list), [stream, list]);
  return useSyncExternalStore(
    (listener) => stream.listen(listener),
    () => stream.values,
  );
}

/** A clock that ticks, so that ages grow while nothing arrives; the server's time. */
export function useServerNow(tick_ms: number): number {
  const stream = useLiveStream();
  const [now, setNow] = useState(() => stream.serverNow_ms);
  useEffect(() => {
    const id = window.setInterval(() => setNow(stream.serverNow_ms), tick_ms);
    return () => window.clearInterval(id);
  }, [stream, tick_ms]);
  return now;
}

/** Runs the stream while the page is signed in and seen. */
export function useRunningStream(stream: LiveStream): void {
  useEffect(() => {
    let timer = 0;
    const follow = () => {
      window.clearTimeout(timer);
      if (document.hidden) timer = window.setTimeout(() => stream.stop(), HIDDEN_STOP_MS);
      else stream.start();
    };
    follow();
    document.addEventListener("visibilitychange", follow);
    return () => {
      document.removeEventListener("visibilitychange", follow);
      window.clearTimeout(timer);
      stream.stop();
    };
  }, [stream]);
}
