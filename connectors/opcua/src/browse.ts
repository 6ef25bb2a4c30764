import { setImmediate as nextTurn } from "node:timers/promises";
import {
  AttributeIds,
  BrowseDirection,
  type BrowseResult,
  type ClientSession,
  coerceNodeId,
  DataType,
  findBasicDataType,
  NodeClass,
  NodeId,
  type ReferenceDescription,
} from "node-opcua-client";
import { Checked, type JsonObject } from "./checked.ts";
import { formatFault } from "./config.ts";
import { type Fault, messageOf } from "./fault.ts";
import type { Limits } from "./limits.ts";
import { formatPathName, isNodeId, parsePath, resolveNodeId } from "./node_name.ts";
import type { Output } from "./output.ts";
import {
  browsePath,
  chunks,
  hierarchicalReferences,
  objectsFolder,
  translatePaths,
} from "./prepare_nodes.ts";

interface BrowseRequest {
  id: number;
  node: string | undefined;
  path: string | undefined;
  depth: number;
  pageItems: number;
  details: boolean;
}

/** A node as a `browsed` message shows it. */
interface Item {
  id: string;
  name: string;
  path: string;
  parent: string;
  class: string;
  type?: string;
  array?: boolean;
  unit?: string;
  history?: boolean;
  children?: boolean;
}

interface Place {
  nodeId: NodeId;
  path: string;
  depth: number;
}

interface Found {
  place: Place;
  references: ReferenceDescription[];
  continuationPoint: Buffer | undefined;
}

const requestsUnderWay = 4;
const referencesPerNode = 1_000;
const browsesUnderWay = 4;
const mostItems = 1_000_000;
const objectsAndVariables = 3;
const everything = 63;
const historyRead = 0x04;
const attributes = [AttributeIds.DataType, AttributeIds.ValueRank, AttributeIds.UserAccessLevel];

export function readBrowse(message: JsonObject): { request: BrowseRequest; faults: Fault[] } {
  const faults: Fault[] = [];
  const given = new Checked(message, "", faults);
  const node = given.has("node") ? given.text("node", "") : undefined;
  if (node !== undefined && !isNodeId(node)) given.fault("node", "a node id as ns=2;s=Temp");
  const path = given.has("path") ? given.text("path", "") : undefined;
  const names = path === undefined ? [] : parsePath(path);
  if (typeof names === "string") given.fault("path", `a path as /2:Line (this one ${names})`);
  if (node !== undefined && path !== undefined) given.fault("path", "either a node or a path");
  const request = {
    id: given.integer("id", 0, 0, Number.MAX_SAFE_INTEGER),
    node,
    path,
    depth: given.integer("depth", 1, 1, 64),
    pageItems: given.integer("max", 1_000, 1, 10_000),
    details: given.flag("details", true),
  };
  return { request, faults };
}

/** Walks an address space breadth first, in pages, without holding more than a page of it. */
class Walk {
  readonly #session: ClientSession;
  readonly #output: Output;
  readonly #limits: Limits;
  readonly #request: BrowseRequest;
  readonly #seen = new Set<string>();
  #queue: Place[] = [];
  #page: Item[] = [];
  #types = new Map<string, string>();
  #count = 0;
  cancelled = false;

  constructor(session: ClientSession, output: Output, limits: Limits, request: BrowseRequest) {
    this.#session = session;
    this.#output = output;
    this.#limits = limits;
    this.#request = request;
  }

  async run(start: Place): Promise<void> {
    this.#seen.add(start.nodeId.toString());
    this.#queue.push(start);
    const { nodesPerBrowse } = this.#limits;
    while (this.#queue.length > 0 && this.#goesOn()) {
      const places = this.#queue.splice(0, requestsUnderWay * nodesPerBrowse);
      const found = await Promise.all(
        chunks(places, nodesPerBrowse).map((some) => this.#browse(some)),
      );
      await this.#follow(found.flat());
      await nextTurn();
    }
    await this.#print(this.#page.splice(0), false);
  }

  #goesOn(): boolean {
    return !this.cancelled && this.#count < mostItems;
  }

  async #browse(places: readonly Place[]): Promise<Found[]> {
    const results = await browseChildren(
      this.#session,
      places.map((place) => place.nodeId),
      referencesPerNode,
    );
    return places.flatMap((place, index) => foundAt(place, results[index]));
  }

  /** Takes what came and asks for the rest of it until there is none. */
  async #follow(found: readonly Found[]): Promise<void> {
    let open = found;
    while (open.length > 0) {
      for (const { place, references } of open) await this.#take(place, references);
      const unfinished = open.filter(({ continuationPoint }) => continuationPoint !== undefined);
      const more: Found[] = [];
      for (const some of chunks(unfinished, this.#limits.nodesPerBrowse)) {
        const points = some.map(({ continuationPoint }) => continuationPoint as Buffer);
        const results = await this.#session.browseNext(points, !this.#goesOn());
        some.forEach(({ place }, index) => {
          more.push(...foundAt(place, results[index]));
        });
      }
      open = this.#goesOn() ? more : [];
    }
  }

  async #take(place: Place, references: readonly ReferenceDescription[]): Promise<void> {
    for (const reference of references) {
      if (reference.nodeId.serverIndex !== 0) continue;
      const target = reference.nodeId;
      const nodeId = new NodeId(target.identifierType, target.value, target.namespace);
      const id = nodeId.toString();
      if (this.#seen.has(id)) continue;
      this.#seen.add(id);
      const item = itemOf(place, reference, id);
      this.#page.push(item);
      this.#count++;
      if (place.depth < this.#request.depth) {
        this.#queue.push({ nodeId, path: item.path, depth: place.depth + 1 });
      }
      if (this.#page.length >= this.#request.pageItems) {
        await this.#print(this.#page.splice(0), true);
      }
    }
  }

  async #print(items: Item[], more: boolean): Promise<void> {
    if (this.#request.details) {
      const { nodesPerRead, nodesPerBrowse, pathsPerTranslate } = this.#limits;
      const reads = Math.floor(nodesPerRead / attributes.length);
      const atOnce = Math.max(1, Math.min(reads, nodesPerBrowse, pathsPerTranslate));
      for (const some of chunks(items, atOnce)) await this.#describe(some);
    }
    await this.#output.room();
    const { id } = this.#request;
    if (!this.cancelled) this.#output.control({ type: "browsed", id, items, more });
  }

  async #describe(items: readonly Item[]): Promise<void> {
    const variables = items.filter((item) => item.class === "variable");
    await this.#describeVariables(variables);
    await this.#readUnits(variables);
    await this.#findChildren(items);
  }

  async #describeVariables(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return;
    const values = await this.#session.read(
      items.flatMap((item) => attributes.map((attributeId) => ({ nodeId: item.id, attributeId }))),
    );
    for (const [index, item] of items.entries()) {
      const [type, rank, access] = values.slice(index * attributes.length);
      item.type = await this.#typeName(type?.value?.value);
      if (Number(rank?.value?.value ?? -1) >= 0) item.array = true;
      item.history = (Number(access?.value?.value ?? 0) & historyRead) !== 0;
    }
  }

  async #typeName(id: NodeId | null | undefined): Promise<string> {
    if (!(id instanceof NodeId)) return "";
    const key = id.toString();
    const known = this.#types.get(key);
    if (known !== undefined) return known;
    const basic = await findBasicDataType(this.#session, id).catch(() => DataType.Null);
    const name = basic === DataType.Null ? key : (DataType[basic] ?? key);
    this.#types.set(key, name);
    return name;
  }

  /** The property EngineeringUnits of OPC UA Part 8, 5.6.2, where a variable has it. */
  async #readUnits(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return;
    const unitName = [{ namespaceIndex: 0, name: "EngineeringUnits" }];
    const results = await this.#session.translateBrowsePath(
      items.map((item) => browsePath(unitName, coerceNodeId(item.id))),
    );
    const having = items.flatMap((item, index) => {
      const nodeId = results[index]?.targets?.[0]?.targetId;
      return nodeId === undefined ? [] : [{ item, nodeId }];
    });
    if (having.length === 0) return;
    const attributeId = AttributeIds.Value;
    const values = await this.#session.read(having.map(({ nodeId }) => ({ nodeId, attributeId })));
    having.forEach(({ item }, index) => {
      const unit: unknown = values[index]?.value?.value?.displayName?.text;
      if (typeof unit === "string" && unit !== "") item.unit = unit;
    });
  }

  /** One reference of each is enough; a server out of continuation points says so by there being more. */
  async #findChildren(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return;
    const ids = items.map((item) => coerceNodeId(item.id));
    const results = await browseChildren(this.#session, ids, 1);
    const open: Buffer[] = [];
    items.forEach((item, index) => {
      const result = results[index];
      const more = result?.statusCode.name === "BadNoContinuationPoints";
      item.children = more || (result?.references?.length ?? 0) > 0;
      if (result?.continuationPoint?.length) open.push(result.continuationPoint);
    });
    if (open.length > 0) await this.#session.browseNext(open, true);
  }
}

function browseChildren(
  session: ClientSession,
  nodes: readonly NodeId[],
  mostReferences: number,
): Promise<BrowseResult[]> {
  session.requestedMaxReferencesPerNode = mostReferences;
  return session.browse(
    nodes.map((nodeId) => ({
      nodeId,
      browseDirection: BrowseDirection.Forward,
      referenceTypeId: hierarchicalReferences,
      includeSubtypes: true,
      nodeClassMask: objectsAndVariables,
      resultMask: everything,
    })),
  );
}

function foundAt(place: Place, result: BrowseResult | undefined): Found[] {
  const references = result?.references ?? [];
  const point = result?.continuationPoint;
  const continuationPoint = point && point.length > 0 ? point : undefined;
  return references.length === 0 ? [] : [{ place, references, continuationPoint }];
}

function itemOf(place: Place, reference: ReferenceDescription, id: string): Item {
  const { namespaceIndex, name } = reference.browseName;
  return {
    id,
    name: reference.displayName.text ?? name ?? id,
    path: place.path + formatPathName(namespaceIndex, name ?? ""),
    parent: place.nodeId.toString(),
    class: (NodeClass[reference.nodeClass] ?? "").toLowerCase(),
  };
}

/** Answers browse requests; several may be under way, each can be cancelled. */
export class Browser {
  readonly #session: ClientSession;
  readonly #namespaces: readonly string[];
  readonly #output: Output;
  readonly #limits: Limits;
  readonly #walks = new Map<number, Walk>();

  constructor(
    session: ClientSession,
    namespaces: readonly string[],
    limits: Limits,
    output: Output,
  ) {
    this.#session = session;
    this.#namespaces = namespaces;
    this.#limits = limits;
    this.#output = output;
  }

  async answer(message: JsonObject): Promise<void> {
    const { request, faults } = readBrowse(message);
    if (faults.length > 0) return this.#fail(request.id, faults.map(formatFault).join("; "));
    if (this.#walks.size >= browsesUnderWay || this.#walks.has(request.id)) {
      return this.#fail(
        request.id,
        `at most ${browsesUnderWay} at once, each with an id of its own`,
      );
    }
    const walk = new Walk(this.#session, this.#output, this.#limits, request);
    this.#walks.set(request.id, walk);
    try {
      const start = await this.#start(request);
      if (typeof start === "string") this.#fail(request.id, start);
      else await walk.run(start);
    } catch (error) {
      this.#fail(request.id, messageOf(error));
    } finally {
      this.#walks.delete(request.id);
    }
  }

  cancel(id: unknown): void {
    const walk = this.#walks.get(Number(id));
    if (walk !== undefined) walk.cancelled = true;
  }

  #fail(id: number, error: string): void {
    this.#output.control({ type: "browsed", id, items: [], more: false, error });
  }

  async #start(request: BrowseRequest): Promise<Place | string> {
    if (request.path !== undefined) {
      const [found] = await translatePaths(this.#session, [request.path]);
      if (found === undefined || typeof found === "string") return `${request.path}: ${found}`;
      return { nodeId: found, path: request.path, depth: 1 };
    }
    if (request.node === undefined) return { nodeId: objectsFolder, path: "", depth: 1 };
    const found = resolveNodeId(request.node, this.#namespaces);
    if (typeof found === "string") return `${request.node}: ${found}`;
    const { statusCode } = await this.#session.read({
      nodeId: found,
      attributeId: AttributeIds.NodeClass,
    });
    if (!statusCode.isGood()) return `${request.node}: ${statusCode.name}`;
    return { nodeId: found, path: "", depth: 1 };
  }
}
