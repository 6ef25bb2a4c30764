import { setTimeout as pause } from "node:timers/promises";
import { readNamespaceArray } from "node-opcua-client";
import { Browser, readBrowse } from "./browse.ts";
import type { JsonObject } from "./checked.ts";
import {
  type Config,
  formatFault,
  type NodeFailure,
  type NodeRequest,
  readConfigure,
  readNodes,
} from "./config.ts";
import { type Fault, messageOf, PermanentError } from "./fault.ts";
import { HistoryReader } from "./history.ts";
import { readLimits } from "./limits.ts";
import { closeQuietly, type Link, openLink, UntrustedError } from "./link.ts";
import { LinkWatch } from "./link_watch.ts";
import type { Output } from "./output.ts";
import { chunks, NodePreparer } from "./prepare_nodes.ts";
import { overlapMs, Sampler } from "./sampler.ts";
import { Subscriptions } from "./subscriptions.ts";
import { leafOf, TrustList } from "./trust.ts";
import { WatchedNode } from "./watched_node.ts";

/** What exists as long as one link does. */
interface Session {
  link: Link;
  namespaces: string[];
  preparer: NodePreparer;
  subscriptions: Subscriptions;
  history: HistoryReader;
  browser: Browser;
  watch: LinkWatch;
}

const heartbeatMs = 5_000;
const secondMs = 1_000;
const retryFailedMs = 30_000;
const firstRetryMs = 250;
const longestRetryMs = 4_000;
/** Where a person has to do something: a locked account is not mended by more attempts. */
const permanentRetryMs = 30_000;
const nodesPerMessage = 1_000;
/** Queues that run over again and again must not make one long history read. */
const gapsEveryMs = 1_000;

/** One server: connects, watches, comes back, and answers what is asked on the control channel. */
export class Connector {
  readonly #config: Config;
  readonly #output: Output;
  readonly #trust: TrustList;
  readonly #sampler: Sampler;
  readonly #nodes = new Map<string, WatchedNode>();
  readonly #timers: NodeJS.Timeout[] = [];
  #session: Session | undefined;
  #state: { [key: string]: unknown } = { state: "connecting" };
  #stopped = false;
  #wake: () => void = () => {};
  #closingGaps = false;
  #gapsAgain = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(config: Config, output: Output) {
    this.#config = config;
    this.#output = output;
    this.#trust = new TrustList(config.pki, config.source);
    this.#sampler = new Sampler(output, Date.now, () => this.#closeGapsSoon());
    for (const request of config.nodes) this.#nodes.set(request.key, new WatchedNode(request));
    output.configure(config, (pressed) => this.#press(pressed));
  }

  /** Runs until `stop`; every failure is told and tried again. */
  async run(): Promise<void> {
    this.#timers.push(setInterval(() => this.#tell(), heartbeatMs));
    this.#timers.push(setInterval(() => this.#everySecond(), secondMs));
    this.#timers.push(setInterval(() => this.#retryFailed(), retryFailedMs));
    let delayMs = firstRetryMs;
    while (!this.#stopped) {
      const failure = await this.#attempt(() => {
        delayMs = firstRetryMs;
      });
      if (this.#stopped) break;
      const waitMs = failure instanceof PermanentError ? permanentRetryMs : jitter(delayMs);
      delayMs = Math.min(longestRetryMs, delayMs * 2);
      this.#tellFailure(failure, waitMs);
      await this.#sleep(waitMs);
    }
  }

  #everySecond(): void {
    this.#sampler.tellLosses();
    const session = this.#session;
    if (session === undefined) return;
    const silentForAReason = session.watch.broken || this.#output.held > 0;
    if (silentForAReason) session.subscriptions.excuseSilence();
    else session.subscriptions.checkSilence();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    for (const timer of this.#timers) clearInterval(timer);
    this.#sampler.tellLosses();
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) await this.#leave(session);
    await this.#trust.close();
  }

  async browse(message: JsonObject): Promise<void> {
    const session = this.#session;
    if (session !== undefined) return session.browser.answer(message);
    const { id } = readBrowse(message).request;
    const error = `not connected: ${this.#state.detail ?? this.#state.state}`;
    this.#output.control({ type: "browsed", id, items: [], more: false, error });
  }

  cancelBrowse(id: unknown): void {
    this.#session?.browser.cancel(id);
  }

  /** A `nodes` message: what is to be watched from now on, and what no longer. */
  changeNodes(message: JsonObject): Fault[] {
    const faults: Fault[] = [];
    const { nodes, failed } = readNodes(message.add, this.#config.watch, faults);
    const removed = Array.isArray(message.remove) ? message.remove.map(String) : [];
    if (message.remove !== undefined && !Array.isArray(message.remove)) {
      faults.push({ place: "remove", expected: "a list of keys", got: typeof message.remove });
    }
    void this.#inTurn(() => this.#change(removed, nodes, failed));
    return faults;
  }

  /** The nodes are changed by one at a time; what fails leaves the turn to the next. */
  #inTurn(change: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(change);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #change(removed: string[], added: NodeRequest[], failed: NodeFailure[]): Promise<void> {
    const gone = removed.flatMap((key) => this.#nodes.get(key) ?? []);
    for (const node of gone) this.#nodes.delete(node.request.key);
    const fresh = added
      .filter(({ key }) => !this.#nodes.has(key))
      .map((one) => new WatchedNode(one));
    const taken = added.filter(({ key }) => this.#nodes.has(key));
    failed.push(...taken.map(({ key: k }) => ({ k, reason: "the key is taken; remove it first" })));
    for (const node of fresh) this.#nodes.set(node.request.key, node);
    const session = this.#session;
    try {
      await session?.subscriptions.remove(gone);
      if (session !== undefined) await this.#watchNodes(session, fresh);
    } catch (error) {
      session?.watch.end(`nodes could not be changed: ${messageOf(error)}`);
    }
    this.#tellFailed(failed);
  }

  async trust(message: JsonObject): Promise<void> {
    const { thumbprint, verdict } = message;
    const known = verdict === "trusted" || verdict === "untrusted";
    if (typeof thumbprint !== "string" || !known) {
      this.#note("E", 'trust: expected a thumbprint and a verdict "trusted" or "untrusted"');
    } else if (await this.#trust.decide(thumbprint, verdict)) {
      if (verdict === "untrusted") this.#session?.watch.end("the server is no longer trusted");
      this.#wake();
    } else {
      this.#note("E", `trust: no certificate ${thumbprint} is known`);
    }
    await this.certificates();
  }

  async certificates(): Promise<void> {
    this.#output.control({ type: "certificates", items: await this.#trust.list() });
  }

  /** One life of a link, from connecting to its end. Resolves with why it ended. */
  async #attempt(onOnline: () => void): Promise<Error> {
    let session: Session | undefined;
    try {
      await this.#trust.open();
      const { url, mode, policy } = this.#config;
      const how = mode === "None" ? "no security" : `${mode} with ${policy}`;
      this.#enter({ state: "connecting", detail: `${url}, ${how}` });
      session = await this.#arrive(await openLink(this.#config, this.#trust));
      if (this.#stopped) return new Error("stopped");
      this.#session = session;
      await this.#watchAll(session);
      this.#online(session);
      onOnline();
      return new Error(await session.watch.ended);
    } catch (error) {
      return error instanceof Error ? error : new Error(messageOf(error));
    } finally {
      this.#session = undefined;
      for (const node of this.#nodes.values()) node.markGap(overlapMs);
      if (session !== undefined) await this.#leave(session);
    }
  }

  async #arrive(link: Link): Promise<Session> {
    const watch = new LinkWatch(link, {
      lost: (reason) => this.#lost(reason),
      restored: () => void this.#restored(),
    });
    try {
      const namespaces = await readNamespaceArray(link.session);
      this.#output.control({ type: "server", namespaces });
      const limits = await readLimits(link.session);
      const preparer = new NodePreparer(link.session, namespaces, limits);
      const notes = { note: (text: string) => this.#note("I", text) };
      const subscriptions = new Subscriptions(link.session, limits, this.#config, this.#sampler, {
        ended: (reason) => watch.end(reason),
        ...notes,
      });
      const history = new HistoryReader(link.session, limits, this.#output, this.#sampler, notes);
      const browser = new Browser(link.session, namespaces, limits, this.#output);
      return { link, namespaces, preparer, subscriptions, history, browser, watch };
    } catch (error) {
      watch.close();
      await closeQuietly(link.client);
      throw error;
    }
  }

  async #leave(session: Session): Promise<void> {
    session.subscriptions.close();
    session.watch.close();
    await closeQuietly(session.link.client);
  }

  #watchAll(session: Session): Promise<void> {
    return this.#inTurn(() => this.#watchNodes(session, [...this.#nodes.values()]));
  }

  async #watchNodes(session: Session, nodes: readonly WatchedNode[]): Promise<void> {
    await session.preparer.prepare(nodes);
    const sound = nodes.filter((node) => node.failure === undefined);
    this.#tellKnown(sound);
    await session.subscriptions.add(sound);
    const failed = nodes.filter((node) => node.failure !== undefined);
    this.#tellFailed(failed.map((node) => ({ k: node.request.key, reason: node.failure ?? "" })));
    if (this.#output.held > 0) session.subscriptions.suspend(true);
    this.#closeGapsSoon();
  }

  #tellKnown(nodes: readonly WatchedNode[]): void {
    for (const some of chunks(nodes, nodesPerMessage)) {
      const known = some.map((node) => ({
        k: node.request.key,
        id: node.nodeId?.toString(),
        type: node.dataType,
        sample: node.sampleType,
        history: node.historyOffered,
      }));
      this.#output.control({ type: "nodes", known });
    }
  }

  #tellFailed(all: readonly NodeFailure[]): void {
    for (const failed of chunks(all, nodesPerMessage))
      this.#output.control({ type: "nodes", failed });
  }

  /** The client has lost the connection and repairs it by itself. */
  #lost(reason: string): void {
    for (const node of this.#nodes.values()) node.markGap(overlapMs);
    this.#enter({ state: "failing", detail: reason, permanent: false });
  }

  async #restored(): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    try {
      const namespaces = await readNamespaceArray(session.link.session);
      if (namespaces.join("\n") !== session.namespaces.join("\n")) {
        session.watch.end("the server came back with other namespaces");
        return;
      }
      this.#tellFailed(session.subscriptions.failures());
      this.#online(session);
      this.#closeGapsSoon();
    } catch (error) {
      session.watch.end(`the restored session does not answer: ${messageOf(error)}`);
    }
  }

  #online(session: Session): void {
    if (this.#output.held > 0) session.subscriptions.suspend(true);
    this.#enter({ state: "online", detail: `${session.subscriptions.size} nodes` });
  }

  #press(pressed: boolean): void {
    this.#session?.subscriptions.suspend(pressed);
  }

  #closeGapsSoon(): void {
    if (!this.#config.history) return;
    this.#gapsAgain = true;
    if (!this.#closingGaps) void this.#closeGaps();
  }

  async #closeGaps(): Promise<void> {
    this.#closingGaps = true;
    while (this.#gapsAgain && this.#session !== undefined) {
      this.#gapsAgain = false;
      await this.#closeGapsOnce(this.#session);
      if (this.#gapsAgain) await pause(gapsEveryMs);
    }
    this.#closingGaps = false;
  }

  async #closeGapsOnce(session: Session): Promise<void> {
    try {
      const earliestMs = Date.now() - this.#config.historyReachMs;
      const count = await session.history.close([...this.#nodes.values()], earliestMs);
      if (count > 0) this.#output.control({ type: "history", samples: count });
    } catch (error) {
      this.#note("W", `history could not be read, tried again later: ${messageOf(error)}`);
    }
  }

  /** Nodes that were refused, and gaps that stayed open, are tried again now and then. */
  #retryFailed(): void {
    void this.#inTurn(async () => {
      const session = this.#session;
      if (session === undefined || session.watch.broken) return;
      const failed = [...this.#nodes.values()].filter((node) => node.failure !== undefined);
      try {
        await session.preparer.prepare(failed);
        const mended = failed.filter((node) => node.failure === undefined);
        if (mended.length > 0) await this.#watchNodes(session, mended);
      } catch (error) {
        this.#note("W", `refused nodes could not be tried again: ${messageOf(error)}`);
      }
      this.#closeGapsSoon();
    });
  }

  #tellFailure(failure: Error, waitMs: number): void {
    if (failure instanceof UntrustedError) {
      const report = this.#trust.report(leafOf(failure.chain), "untrusted");
      this.#output.control({ type: "certificate", ...report });
    }
    const permanent = failure instanceof PermanentError;
    const detail = messageOf(failure);
    this.#enter({ state: "failing", detail, permanent, retry_ms: Math.round(waitMs) });
  }

  #enter(state: { [key: string]: unknown }): void {
    this.#state = state;
    this.#tell();
  }

  #tell(): void {
    this.#output.control({
      type: "state",
      ...this.#state,
      samples: this.#output.samples,
      unacknowledged: this.#output.unacknowledged,
      held: this.#output.held,
      ...(this.#sampler.lagMs === undefined ? {} : { lag_ms: Math.round(this.#sampler.lagMs) }),
    });
  }

  #note(level: "E" | "W" | "I", text: string): void {
    process.stderr.write(`${level}! ${text}\n`);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function jitter(ms: number): number {
  return ms * (0.75 + Math.random() * 0.5);
}

/** Reads the first message; undefined and a list of faults if it cannot be. */
export function configured(
  message: JsonObject,
  output: Output,
): { connector: Connector | undefined; faults: string[] } {
  const { config, faults, failed } = readConfigure(message);
  if (faults.length > 0) return { connector: undefined, faults: faults.map(formatFault) };
  if (failed.length > 0) output.control({ type: "nodes", failed });
  return { connector: new Connector(config, output), faults: [] };
}
