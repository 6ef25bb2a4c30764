import type { LastValue } from "./types";

/** The part of EventSource that the stream needs; tests hand in their own. */
export interface EventSourceLike {
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
  onopen: ((event: Event) => void) | null;
  onerror: ((event: Event) => void) | null;
}

export interface LiveWorld {
  open(address: string): EventSourceLike;
  now(): number;
  later(delay_ms: number, action: () => void): () => void;
}

export interface LiveStatus {
  phase: "off" | "connecting" | "open" | "lost";
  heard_ms: number | null; // when the server last said anything
  nextTry_ms: number | null; // when the next connection is made, while lost
  failing: boolean; // lost and not open again since
}

/** The server says something every five seconds; twice that in silence is a dead connection. */
export const SILENCE_MS = 10_000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;
/** Matches no tag, so that only heartbeats come while no view watches values. */
export const HEARTBEATS_ONLY = "-";

interface LiveMessage {
  now: number;
  tags?: LastValue[];
}

/**
 * One stream of server-sent events for the whole page. Views watch globs; the stream asks for their
 * union and starts anew when it changes. It never claims to be open when it is not.
 */
export class LiveStream {
  readonly #world: LiveWorld;
  readonly #globs = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #source: EventSourceLike | null = null;
  #status: LiveStatus = { phase: "off", heard_ms: null, nextTry_ms: null, failing: false };
  #values: ReadonlyMap<string, LastValue> = new Map();
  #cancelWatchdog: () => void = () => {};
  #cancelRetry: () => void = () => {};
  #cancelRestart: () => void = () => {};
  #failures = 0;
  #newest_ms = Number.NEGATIVE_INFINITY;
  #clockSkew_ms = 0;

  constructor(world: LiveWorld) {
    this.#world = world;
  }

  get status(): LiveStatus {
    return this.#status;
  }

  get values(): ReadonlyMap<string, LastValue> {
    return this.#values;
  }

  /** The server's clock as far as it is known. */
  get serverNow_ms(): number {
    return this.#world.now() + this.#clockSkew_ms;
  }

  /** The time of the newest sample seen on the stream; minus infinity before the first. */
  get newest_ms(): number {
    return this.#newest_ms;
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    if (this.#status.phase === "off") this.#connect();
  }

  stop(): void {
    this.#close();
    this.#cancelRestart();
    this.#set({ phase: "off", nextTry_ms: null, failing: false });
  }

  /** Keeps the values of matching tags up to date until the returned function is called. */
  watch(globs: readonly string[]): () => void {
    for (const glob of globs) this.#globs.set(glob, (this.#globs.get(glob) ?? 0) + 1);
    this.#restartSoon();
    return () => {
      for (const glob of globs) {
        const count = (this.#globs.get(glob) ?? 1) - 1;
        if (count === 0) this.#globs.delete(glob);
        else this.#globs.set(glob, count);
      }
      this.#restartSoon();
    };
  }

  /** Tries now instead of at the time announced. */
  retry(): void {
    if (this.#status.phase === "lost") this.#connect();
  }

  #address(): string {
    const params = new URLSearchParams();
    const globs = this.#globs.size > 0 ? [...this.#globs.keys()].sort() : [HEARTBEATS_ONLY];
    for (const glob of globs) params.append("tag", glob);
    return `/api/v1/live?${params}`;
  }

  #restartSoon(): void {
    this.#cancelRestart();
    if (this.#status.phase === "off") return;
    this.#cancelRestart = this.#world.later(50, () => {
      if (this.#status.phase === "open" || this.#status.phase === "connecting") this.#connect();
    });
  }

  #connect(): void {
    const wasOpen = this.#status.phase === "open";
    this.#close();
    const source = this.#world.open(this.#address());
    this.#source = source;
    if (!wasOpen) this.#set({ phase: "connecting", nextTry_ms: null });
    source.onopen = () => this.#heard();
    source.onerror = () => this.#lose();
    source.addEventListener("samples", (event) => this.#receive(event.data));
    source.addEventListener("heartbeat", (event) => this.#receive(event.data));
    source.addEventListener("problem", () => this.#lose());
    this.#watchSilence();
  }

  #close(): void {
    this.#cancelWatchdog();
    this.#cancelRetry();
    this.#source?.close();
    this.#source = null;
  }

  #receive(data: string): void {
    const message = JSON.parse(data) as LiveMessage;
    this.#clockSkew_ms = message.now - this.#world.now();
    if (message.tags && message.tags.length > 0) {
      const next = new Map(this.#values);
      for (const value of message.tags) {
        next.set(value.tag, value);
        this.#newest_ms = Math.max(this.#newest_ms, value.time ?? this.#newest_ms);
      }
      this.#values = next;
    }
    this.#heard();
  }

  #heard(): void {
    this.#failures = 0;
    this.#watchSilence();
    this.#set({ phase: "open", heard_ms: this.#world.now(), nextTry_ms: null, failing: false });
  }

  #watchSilence(): void {
    this.#cancelWatchdog();
    this.#cancelWatchdog = this.#world.later(SILENCE_MS, () => this.#lose());
  }

  #lose(): void {
    this.#close();
    const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
    this.#failures++;
    this.#cancelRetry = this.#world.later(wait, () => this.#connect());
    this.#set({ phase: "lost", nextTry_ms: this.#world.now() + wait, failing: true });
  }

  #set(change: Partial<LiveStatus>): void {
    this.#status = { ...this.#status, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** A reading is stale after five of its usual intervals, and never before ten seconds. */
export function stateNow(value: LastValue, now_ms: number): LastValue["state"] {
  if (value.time === null || value.state === "unknown") return "unknown";
  if (value.state === "bad") return "bad";
  const interval = value.interval_ms ?? null;
  if (interval === null) return value.state;
  return now_ms - value.time > Math.max(10_000, 5 * interval) ? "stale" : "live";
}
