import type { DataValue } from "node-opcua-client";
import { formatTime, formatValue, type Refusal } from "./line.ts";
import type { Output } from "./output.ts";
import type { WatchedNode } from "./watched_node.ts";

/** Bits of a status code that say "this is about a data value" and "the queue ran over". */
const dataValueInfo = 0x0400;
const overflow = 0x0080;
const refusalEveryMs = 60_000;
/** History is read again from a little before the last value; duplicates cost nothing. */
export const overlapMs = 1_000;

/** Writes what the server says of a node as a line, or says by name why it cannot be one. */
export class Sampler {
  readonly #output: Output;
  readonly #now: () => number;
  readonly #onOverflow: (node: WatchedNode) => void;
  #lossy = new Set<WatchedNode>();
  /** How far behind the newest value was when it came, ms. */
  lagMs: number | undefined;

  constructor(output: Output, now: () => number, onOverflow: (node: WatchedNode) => void) {
    this.#output = output;
    this.#now = now;
    this.#onOverflow = onOverflow;
  }

  /** A value as it comes. */
  live(node: WatchedNode, value: DataValue): void {
    const status = value.statusCode.value;
    if ((status & dataValueInfo) !== 0 && (status & overflow) !== 0) this.#countLoss(node);
    const time = value.sourceTimestamp ?? value.serverTimestamp;
    // A clock that is ahead must not hide the values between now and then.
    if (time !== null && time !== undefined) node.lastMs = Math.min(time.getTime(), this.#now());
    this.write(node, value);
  }

  /** A value, live or out of history. */
  write(node: WatchedNode, value: DataValue): void {
    const status = value.statusCode.value;
    const text = formatValue(value.value, node.request.element);
    const bad = status >= 0x80000000;
    if (text === undefined && status === 0) {
      this.#refuse(node, {
        code: "no-value",
        reason: "a good status without a value",
        payload: "",
      });
    } else if (typeof text !== "object") {
      this.#print(node, value, text, status);
    } else if (bad && text.code === "not-a-number") {
      this.#print(node, value, undefined, status);
    } else {
      this.#refuse(node, text);
    }
  }

  #print(node: WatchedNode, value: DataValue, text: string | undefined, status: number): void {
    const fields = text === undefined ? "" : `v=${text}`;
    const quality = status === 0 ? "" : `${text === undefined ? "" : ","}q=${status}u`;
    this.#output.line(`${node.prefix}${fields}${quality} ${this.#timeOf(value)}`);
  }

  #timeOf(value: DataValue): string {
    const source = value.sourceTimestamp;
    if (source !== null && source !== undefined) {
      this.lagMs = this.#now() - source.getTime();
      return formatTime(source.getTime(), value.sourcePicoseconds);
    }
    const server = value.serverTimestamp;
    if (server !== null && server !== undefined) {
      return formatTime(server.getTime(), value.serverPicoseconds);
    }
    return formatTime(this.#now(), 0);
  }

  /** One letter a minute for a node, with how many more there were. */
  #refuse(node: WatchedNode, refusal: Refusal): void {
    node.refused++;
    const now = this.#now();
    if (now - node.refusedAtMs < refusalEveryMs) return;
    node.refusedAtMs = now;
    const { code, reason, payload } = refusal;
    const count = node.refused;
    node.refused = 0;
    const k = node.request.key;
    this.#output.control({ type: "refused", k, place: node.name, code, reason, payload, count });
  }

  #countLoss(node: WatchedNode): void {
    node.lost++;
    this.#lossy.add(node);
    if (!node.historyOffered) return;
    node.markGap(overlapMs);
    this.#onOverflow(node);
  }

  /** Tells what was lost since the last time; called about once a second. */
  tellLosses(): void {
    for (const node of this.#lossy) {
      const reason = node.historyOffered ? "queue overflow, read from history" : "queue overflow";
      this.#output.control({ type: "lost", k: node.request.key, count: node.lost, reason });
      node.lost = 0;
    }
    this.#lossy.clear();
  }
}
