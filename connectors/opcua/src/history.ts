import {
  AttributeIds,
  type ClientSession,
  HistoryData,
  type HistoryReadResult,
  type NodeId,
  TimestampsToReturn,
} from "node-opcua-client";
import { NumericRange } from "node-opcua-numeric-range";
import { messageOf } from "./fault.ts";
import type { Limits } from "./limits.ts";
import type { Output } from "./output.ts";
import { chunks } from "./prepare_nodes.ts";
import type { Sampler } from "./sampler.ts";
import type { WatchedNode } from "./watched_node.ts";

const valuesPerNode = 1_000;
/** A million values of one node in one gap; what is beyond is read at the next break. */
const mostPages = 1_000;
const currentTime = "ns=0;i=2258";
const marginMs = 1_000;

interface Page {
  node: WatchedNode;
  continuationPoint: Buffer | undefined;
}

export interface HistoryNotes {
  note(text: string): void;
}

/** Reads what the subscription did not bring: from the last value before a break until now. */
export class HistoryReader {
  readonly #session: ClientSession;
  readonly #output: Output;
  readonly #sampler: Sampler;
  readonly #notes: HistoryNotes;
  readonly #nodesPerRequest: number;

  constructor(
    session: ClientSession,
    limits: Limits,
    output: Output,
    sampler: Sampler,
    notes: HistoryNotes,
  ) {
    this.#session = session;
    this.#nodesPerRequest = limits.nodesPerHistory;
    this.#output = output;
    this.#sampler = sampler;
    this.#notes = notes;
  }

  /**
   * Closes the gaps of the nodes that have one and are in history. A gap stays marked until all of
   * it is written, so a break in between costs nothing. Returns the number of values.
   */
  async close(nodes: readonly WatchedNode[], earliestMs: number): Promise<number> {
    const open = nodes.filter((node) => node.historyOffered && node.gapFromMs !== undefined);
    if (open.length === 0) return 0;
    const untilMs = (await this.#serverTimeMs()) + marginMs;
    let count = 0;
    for (const some of chunks(open, this.#nodesPerRequest)) {
      count += await this.#closeSome(some, earliestMs, untilMs);
    }
    return count;
  }

  async #serverTimeMs(): Promise<number> {
    const read = await this.#session.read({ nodeId: currentTime, attributeId: AttributeIds.Value });
    const time: unknown = read.value?.value;
    return time instanceof Date ? time.getTime() : Date.now();
  }

  /** Nodes whose gap begins alike are read together; the earliest begin holds for all. */
  async #closeSome(
    nodes: readonly WatchedNode[],
    earliestMs: number,
    untilMs: number,
  ): Promise<number> {
    const gaps = nodes.map((node) => node.gapFromMs ?? untilMs);
    const fromMs = Math.max(earliestMs, Math.min(...gaps));
    let pages: Page[] = nodes.map((node) => ({ node, continuationPoint: undefined }));
    let count = 0;
    for (let round = 0; pages.length > 0 && round < mostPages; round++) {
      await this.#output.room();
      const results = await this.#read(pages, fromMs, untilMs);
      const rest: Page[] = [];
      for (const [index, page] of pages.entries()) {
        const result = results[index];
        if (result === undefined) continue;
        count += this.#write(page.node, result);
        const next = this.#next(page.node, result);
        if (next !== undefined) rest.push(next);
      }
      pages = rest;
    }
    return count;
  }

  async #read(
    pages: readonly Page[],
    fromMs: number,
    untilMs: number,
  ): Promise<HistoryReadResult[]> {
    try {
      return await this.#ask(pages, fromMs, untilMs);
    } catch (error) {
      const unknown = /BadServiceUnsupported|BadHistoryOperationUnsupported|BadNotImplemented/;
      if (!unknown.test(messageOf(error))) throw error;
      this.#notes.note(`the server reads no history: ${messageOf(error)}`);
      for (const { node } of pages) node.historyOffered = false;
      return [];
    }
  }

  #ask(pages: readonly Page[], fromMs: number, untilMs: number): Promise<HistoryReadResult[]> {
    const nodes = pages.map(({ node, continuationPoint }) => ({
      nodeId: node.nodeId as NodeId,
      ...(continuationPoint === undefined ? {} : { continuationPoint }),
      ...(node.request.element === undefined
        ? {}
        : { indexRange: new NumericRange(node.request.element) }),
    }));
    return this.#session.readHistoryValue(nodes, new Date(fromMs), new Date(untilMs), {
      numValuesPerNode: valuesPerNode,
      returnBounds: false,
      timestampsToReturn: TimestampsToReturn.Both,
    });
  }

  #write(node: WatchedNode, result: HistoryReadResult): number {
    const data = result.historyData;
    if (!(data instanceof HistoryData)) return 0;
    const values = data.dataValues ?? [];
    for (const value of values) this.#sampler.write(node, value);
    const last = values.at(-1)?.sourceTimestamp;
    if (last) node.gapFromMs = last.getTime();
    return values.length;
  }

  #next(node: WatchedNode, result: HistoryReadResult): Page | undefined {
    const status = result.statusCode;
    if (!status.isGoodish() && !/BadNoData|BadBoundNotFound/.test(status.name)) {
      this.#notes.note(`no history of ${node.name}: ${status.name}`);
      if (isPassing(status.name)) return undefined;
      node.historyOffered = false;
    }
    const point = result.continuationPoint;
    if (status.isGoodish() && point && point.length > 0) return { node, continuationPoint: point };
    node.gapFromMs = undefined;
    return undefined;
  }
}

/** Answers that say nothing about whether there will be history next time: the gap stays. */
function isPassing(name: string): boolean {
  return /BadNoContinuationPoints|BadTimeout|BadTooMany|BadContinuationPointInvalid/.test(name);
}
