import {
  AttributeIds,
  type ClientMonitoredItemBase,
  type ClientSession,
  type ClientSubscription,
  DataChangeFilter,
  DataChangeNotification,
  DataChangeTrigger,
  type DataValue,
  DeadbandType,
  type MonitoringParametersOptions,
  type NotificationMessage,
  type ReadValueIdOptions,
  TimestampsToReturn,
} from "node-opcua-client";
import { NumericRange } from "node-opcua-numeric-range";
import type { Config, NodeFailure, Watch } from "./config.ts";
import { messageOf } from "./fault.ts";
import type { Limits } from "./limits.ts";
import { chunks } from "./prepare_nodes.ts";
import type { Sampler } from "./sampler.ts";
import type { WatchedNode } from "./watched_node.ts";

export interface SubscriptionEvents {
  /** A subscription has ended and the link must be built anew. */
  ended(reason: string): void;
  note(text: string): void;
}

interface Item {
  group: Group;
  item: ClientMonitoredItemBase;
}

/** One subscription of the server, with the node of each of its client handles. */
interface Group {
  subscription: ClientSubscription;
  nodes: (WatchedNode | undefined)[];
  size: number;
  /** When the server last said something of it. */
  heardMs: number;
  /** Values that came before their item was known here. */
  early: { handle: number; value: DataValue }[];
}

/** Parts of the library that are not promised; a test guards each of them. */
interface SessionInternals {
  getPublishEngine(): { suspend(suspended: boolean): void };
  deleteMonitoredItems(request: {
    subscriptionId: number;
    monitoredItemIds: number[];
  }): Promise<unknown>;
}
interface SequencedSubscription {
  lastSequenceNumber: number;
}

const itemsPerSubscription = 5_000;
const keepAliveEveryMs = 5_000;
const silenceMs = 15_000;
const lifetimeMs = 600_000;
const notificationsPerPublish = 10_000;
/** How long the server's own queues can bridge, as far as it lets us choose. */
const bridgedMs = 10_000;
const longestQueue = 1_000;
const earlyLimit = 100_000;

/** All monitored items of one session, and the values that come of them. */
export class Subscriptions {
  readonly #session: ClientSession;
  readonly #config: Config;
  readonly #itemsPerCall: number;
  readonly #sampler: Sampler;
  readonly #events: SubscriptionEvents;
  readonly #groups: Group[] = [];
  readonly #items = new Map<WatchedNode, Item>();
  #closing = false;

  constructor(
    session: ClientSession,
    limits: Limits,
    config: Config,
    sampler: Sampler,
    events: SubscriptionEvents,
  ) {
    this.#session = session;
    this.#itemsPerCall = limits.itemsPerCall;
    this.#config = config;
    this.#sampler = sampler;
    this.#events = events;
  }

  get size(): number {
    return this.#items.size;
  }

  /** Watches the nodes; those that the server refuses have their `failure` set. */
  async add(nodes: readonly WatchedNode[]): Promise<void> {
    const alike = new Map<string, WatchedNode[]>();
    for (const node of nodes) {
      const kind = JSON.stringify(node.request.watch);
      const same = alike.get(kind);
      if (same === undefined) alike.set(kind, [node]);
      else same.push(node);
    }
    for (const same of alike.values()) {
      for (const some of chunks(same, this.#itemsPerCall)) {
        const withoutFilter = await this.#create(some, true);
        if (withoutFilter.length > 0) await this.#create(withoutFilter, false);
      }
    }
  }

  async remove(nodes: readonly WatchedNode[]): Promise<void> {
    const ids = new Map<Group, number[]>();
    for (const node of nodes) {
      const held = this.#items.get(node);
      if (held === undefined) continue;
      this.#forget(node, held);
      const id = held.item.monitoredItemId;
      const same = ids.get(held.group) ?? [];
      if (id !== undefined) same.push(id);
      ids.set(held.group, same);
    }
    for (const [group, all] of ids) {
      const subscriptionId = group.subscription.subscriptionId;
      for (const monitoredItemIds of chunks(all, this.#itemsPerCall)) {
        await internals(this.#session).deleteMonitoredItems({ subscriptionId, monitoredItemIds });
      }
    }
  }

  /** Stops asking the server for more, or starts again; its own queues hold what comes. */
  suspend(suspended: boolean): void {
    internals(this.#session).getPublishEngine().suspend(suspended);
  }

  /** What the server no longer accepts, as after it came back with another address space. */
  failures(): NodeFailure[] {
    const failed: NodeFailure[] = [];
    for (const [node, held] of [...this.#items]) {
      const { statusCode } = held.item;
      if (statusCode.isGoodish()) continue;
      this.#forget(node, held);
      node.failure = statusCode.name;
      failed.push({ k: node.request.key, reason: node.failure });
    }
    return failed;
  }

  /** A subscription that is silent for three of its keep-alives is dead, whatever the session says. */
  checkSilence(): void {
    const now = Date.now();
    for (const { subscription, heardMs } of this.#groups) {
      const { publishingInterval, maxKeepAliveCount } = subscription;
      const limitMs = Math.max(silenceMs, 3 * publishingInterval * maxKeepAliveCount);
      if (now - heardMs > limitMs) this.#events.ended(`a subscription is silent for ${limitMs} ms`);
    }
  }

  /** Silence until now has had its reason. */
  excuseSilence(): void {
    for (const group of this.#groups) group.heardMs = Date.now();
  }

  close(): void {
    this.#closing = true;
  }

  #forget(node: WatchedNode, held: Item): void {
    const handle = held.item.monitoringParameters.clientHandle;
    held.group.nodes[handle] = undefined;
    held.group.size--;
    delete held.group.subscription.monitoredItems[handle];
    this.#items.delete(node);
  }

  /** Returns the nodes for which only the filter was refused. */
  async #create(nodes: readonly WatchedNode[], filtered: boolean): Promise<WatchedNode[]> {
    const watch = nodes[0]?.request.watch;
    if (watch === undefined) return [];
    const group = await this.#roomFor(nodes.length);
    const made = await group.subscription.monitorItems(
      nodes.map(itemToMonitor),
      parameters(watch, this.#config.publishingMs, filtered),
      TimestampsToReturn.Both,
    );
    const unfiltered: WatchedNode[] = [];
    nodes.forEach((node, index) => {
      const item = made.monitoredItems[index];
      if (item === undefined || this.#keep(group, node, item)) return;
      if (filtered && isFilterFault(item.statusCode.name)) unfiltered.push(node);
      else node.failure = item.statusCode.name;
    });
    if (unfiltered.length > 0) this.#noteFilter(unfiltered);
    this.#replay(group);
    return unfiltered;
  }

  #noteFilter(nodes: readonly WatchedNode[]): void {
    const example = nodes[0]?.name ?? "";
    this.#events.note(
      `the server takes no deadband for ${nodes.length} nodes, as ${example}: watched without`,
    );
  }

  #keep(group: Group, node: WatchedNode, item: ClientMonitoredItemBase): boolean {
    const handle = item.monitoringParameters.clientHandle;
    if (!item.statusCode.isGoodish()) {
      delete group.subscription.monitoredItems[handle];
      return false;
    }
    group.nodes[handle] = node;
    group.size++;
    this.#items.set(node, { group, item });
    return true;
  }

  async #roomFor(count: number): Promise<Group> {
    const last = this.#groups.at(-1);
    if (last !== undefined && last.size + count <= itemsPerSubscription) return last;
    const publishing = this.#config.publishingMs;
    const subscription = await this.#session.createSubscription2({
      requestedPublishingInterval: publishing,
      requestedMaxKeepAliveCount: Math.max(3, Math.ceil(keepAliveEveryMs / publishing)),
      requestedLifetimeCount: Math.max(30, Math.ceil(lifetimeMs / publishing)),
      maxNotificationsPerPublish: notificationsPerPublish,
      publishingEnabled: true,
      priority: 1,
    });
    const group: Group = { subscription, nodes: [], size: 0, heardMs: Date.now(), early: [] };
    this.#listen(group);
    this.#groups.push(group);
    return group;
  }

  #listen(group: Group): void {
    const { subscription } = group;
    const ended = (reason: string) => {
      if (!this.#closing) this.#events.ended(reason);
    };
    subscription.on("raw_notification", (message: NotificationMessage) => {
      this.#receive(group, message);
    });
    subscription.on("status_changed", (status) => {
      if (!status.isGoodish()) ended(`the server ended a subscription: ${status.name}`);
    });
    subscription.on("terminated", () => ended("a subscription was terminated"));
    subscription.on("error", (error) => ended(messageOf(error)));
  }

  /** The library swallows what is thrown in here, so nothing may be. */
  #receive(group: Group, message: NotificationMessage): void {
    group.heardMs = Date.now();
    try {
      const parts = message.notificationData ?? [];
      if (parts.length === 0) notCounted(group.subscription, message);
      for (const part of parts) {
        if (part instanceof DataChangeNotification) this.#take(group, part);
      }
    } catch (error) {
      this.#events.ended(`a notification could not be read: ${messageOf(error)}`);
    }
  }

  #take(group: Group, part: DataChangeNotification): void {
    for (const { clientHandle, value } of part.monitoredItems ?? []) {
      const node = group.nodes[clientHandle];
      if (node !== undefined) this.#sampler.live(node, value);
      else if (group.early.length < earlyLimit) group.early.push({ handle: clientHandle, value });
    }
  }

  #replay(group: Group): void {
    for (const { handle, value } of group.early.splice(0)) {
      const node = group.nodes[handle];
      if (node !== undefined) this.#sampler.live(node, value);
    }
  }
}

function internals(session: ClientSession): SessionInternals {
  return session as unknown as SessionInternals;
}

/**
 * A keep-alive names the sequence number that the next message will have (OPC UA Part 4, 5.14.1.1);
 * the library takes it for one that has come, and after a break would ask for the one after it.
 */
function notCounted(subscription: ClientSubscription, message: NotificationMessage): void {
  const sequenced = subscription as unknown as SequencedSubscription;
  sequenced.lastSequenceNumber = message.sequenceNumber - 1;
}

function itemToMonitor(node: WatchedNode): ReadValueIdOptions {
  const read = { nodeId: node.nodeId ?? null, attributeId: AttributeIds.Value };
  const element = node.request.element;
  return element === undefined ? read : { ...read, indexRange: new NumericRange(element) };
}

export function queueFor(watch: Watch, publishingMs: number): number {
  if (watch.queue > 0) return watch.queue;
  if (watch.samplingMs === 0) return longestQueue;
  const every = watch.samplingMs < 0 ? publishingMs : watch.samplingMs;
  const bridged = Math.ceil(Math.max(bridgedMs, 2 * publishingMs) / every);
  return Math.min(longestQueue, Math.max(2, bridged));
}

function parameters(
  watch: Watch,
  publishingMs: number,
  filtered: boolean,
): MonitoringParametersOptions {
  const usual = {
    samplingInterval: watch.samplingMs,
    queueSize: queueFor(watch, publishingMs),
    discardOldest: true,
  };
  const plain = watch.deadband === undefined && watch.report === "change";
  return plain || !filtered ? usual : { ...usual, filter: filterOf(watch) };
}

function filterOf(watch: Watch): DataChangeFilter {
  const trigger =
    watch.report === "timestamp"
      ? DataChangeTrigger.StatusValueTimestamp
      : DataChangeTrigger.StatusValue;
  const deadband = watch.deadband;
  if (deadband === undefined) return new DataChangeFilter({ trigger });
  const deadbandType = deadband.kind === "absolute" ? DeadbandType.Absolute : DeadbandType.Percent;
  return new DataChangeFilter({ trigger, deadbandType, deadbandValue: deadband.value });
}

function isFilterFault(name: string): boolean {
  return /BadFilterNotAllowed|BadDeadbandFilterInvalid|BadMonitoredItemFilter/.test(name);
}
