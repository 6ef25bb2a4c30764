import { describe, expect, it } from "vitest";
import { type EventSourceLike, HEARTBEATS_ONLY, LiveStream, SILENCE_MS, stateNow } from "./live.ts";
import type { LastValue } from "./types.ts";

type Listener = (event: MessageEvent<string>) => void;

class FakeSource implements EventSourceLike {
  onopen: ((event: Event) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  closed = false;
  readonly address: string;
  readonly #listeners = new Map<string, Listener>();

  constructor(address: string) {
    this.address = address;
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, listener);
  }

  close(): void {
    this.closed = true;
  }

  say(type: string, data: unknown): void {
    this.#listeners.get(type)?.({ data: JSON.stringify(data) } as MessageEvent<string>);
  }

  fail(): void {
    this.onerror?.({} as Event);
  }
}

/** A world whose clock only moves when told. */
function makeWorld() {
  const sources: FakeSource[] = [];
  const timers: { at: number; action: () => void; off: boolean }[] = [];
  const world = { now: 1_000_000 };
  const stream = new LiveStream({
    open: (address) => {
      const source = new FakeSource(address);
      sources.push(source);
      return source;
    },
    now: () => world.now,
    later: (delay_ms, action) => {
      const timer = { at: world.now + delay_ms, action, off: false };
      timers.push(timer);
      return () => {
        timer.off = true;
      };
    },
  });
  const pass = (length_ms: number) => {
    const end = world.now + length_ms;
    for (;;) {
      const next = timers.filter((one) => !one.off && one.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      next.off = true;
      world.now = Math.max(world.now, next.at);
      next.action();
    }
    world.now = end;
  };
  const latest = () => sources.at(-1) as FakeSource;
  return { stream, sources, latest, pass, world };
}

const value: LastValue = {
  tag: "a/flow",
  type: "double",
  unit: "m3/h",
  time: 1_000_000,
  value: 12.5,
  quality: "good",
  state: "live",
  interval_ms: 1000,
};

describe("LiveStream", () => {
  it("is open only once something was heard", () => {
    const { stream, latest } = makeWorld();
    stream.start();
    expect(stream.status.phase).toBe("connecting");
    latest().say("heartbeat", { now: 5 });
    expect(stream.status.phase).toBe("open");
  });

  it("is lost after ten seconds of silence, however open the line stands", () => {
    const { stream, latest, pass } = makeWorld();
    stream.start();
    latest().say("heartbeat", { now: 5 });
    pass(SILENCE_MS - 1);
    expect(stream.status.phase).toBe("open");
    pass(1);
    expect(stream.status.phase).toBe("lost");
    expect(stream.status.failing).toBe(true);
  });

  it("waits longer with each failure, at most thirty seconds, and says when it tries next", () => {
    const { stream, latest, pass, world } = makeWorld();
    stream.start();
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      latest().fail();
      waits.push((stream.status.nextTry_ms ?? 0) - world.now);
      pass(waits.at(-1) ?? 0);
      expect(stream.status.phase).toBe("connecting");
      expect(stream.status.failing).toBe(true);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    latest().say("heartbeat", { now: 1 });
    expect(stream.status.failing).toBe(false);
  });

  it("asks for the union of what is watched, and for nothing when nothing is", () => {
    const { stream, latest, pass } = makeWorld();
    stream.start();
    expect(latest().address).toBe(`/api/v1/live?tag=${HEARTBEATS_ONLY}`);
    latest().say("heartbeat", { now: 1 });
    const one = stream.watch(["b/*"]);
    const two = stream.watch(["a/**", "b/*"]);
    pass(100);
    expect(latest().address).toBe("/api/v1/live?tag=a%2F**&tag=b%2F*");
    one();
    two();
    pass(100);
    expect(latest().address).toBe(`/api/v1/live?tag=${HEARTBEATS_ONLY}`);
  });

  it("keeps values, the newest time and the server's clock", () => {
    const { stream, latest, world } = makeWorld();
    stream.start();
    latest().say("samples", { now: world.now + 5000, tags: [value] });
    expect(stream.values.get("a/flow")?.value).toBe(12.5);
    expect(stream.newest_ms).toBe(1_000_000);
    expect(stream.serverNow_ms).toBe(world.now + 5000);
  });

  it("stops for good when told", () => {
    const { stream, sources, pass } = makeWorld();
    stream.start();
    stream.stop();
    pass(120_000);
    expect(sources).toHaveLength(1);
    expect(sources[0]?.closed).toBe(true);
    expect(stream.status.phase).toBe("off");
  });
});

describe("stateNow", () => {
  it("grows stale by itself, after five intervals but not before ten seconds", () => {
    expect(stateNow(value, 1_000_000 + 10_000)).toBe("live");
    expect(stateNow(value, 1_000_000 + 10_001)).toBe("stale");
    expect(stateNow({ ...value, interval_ms: 60_000 }, 1_000_000 + 299_000)).toBe("live");
    expect(stateNow({ ...value, state: "bad" }, 9e12)).toBe("bad");
    expect(stateNow({ ...value, time: null }, 0)).toBe("unknown");
  });
});
