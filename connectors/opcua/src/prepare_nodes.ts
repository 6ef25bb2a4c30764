import {
  AttributeIds,
  BrowsePath,
  type ClientSession,
  coerceNodeId,
  DataType,
  type DataValue,
  findBasicDataType,
  NodeClass,
  NodeId,
} from "node-opcua-client";
import type { Limits } from "./limits.ts";
import { type PathName, parsePath, resolveNodeId } from "./node_name.ts";
import type { SampleType, WatchedNode } from "./watched_node.ts";

const currentRead = 0x01;
const historyRead = 0x04;
export const objectsFolder = coerceNodeId("ns=0;i=85");
export const hierarchicalReferences = coerceNodeId("ns=0;i=33");

const attributes = [
  AttributeIds.NodeClass,
  AttributeIds.DataType,
  AttributeIds.ValueRank,
  AttributeIds.AccessLevel,
  AttributeIds.UserAccessLevel,
] as const;

export function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const cut: Item[][] = [];
  for (let from = 0; from < items.length; from += size) cut.push(items.slice(from, from + size));
  return cut;
}

/** Finds the nodes on the server and reads what decides how they are watched. */
export class NodePreparer {
  readonly #session: ClientSession;
  readonly #namespaces: readonly string[];
  readonly #limits: Limits;
  #types = new Map<string, DataType>();

  constructor(session: ClientSession, namespaces: readonly string[], limits: Limits) {
    this.#session = session;
    this.#namespaces = namespaces;
    this.#limits = limits;
  }

  /** Sets `failure` on the nodes that cannot be watched. */
  async prepare(nodes: readonly WatchedNode[]): Promise<void> {
    const { pathsPerTranslate, nodesPerRead } = this.#limits;
    for (const some of chunks(nodes, pathsPerTranslate)) await this.#resolve(some);
    const found = nodes.filter((node) => node.failure === undefined);
    const nodesAtOnce = Math.max(1, Math.floor(nodesPerRead / attributes.length));
    for (const some of chunks(found, nodesAtOnce)) await this.#describe(some);
  }

  async #resolve(nodes: readonly WatchedNode[]): Promise<void> {
    const byPath: WatchedNode[] = [];
    for (const node of nodes) {
      node.failure = undefined;
      if (node.request.id === undefined) byPath.push(node);
      else setNodeId(node, resolveNodeId(node.request.id, this.#namespaces));
    }
    if (byPath.length === 0) return;
    const found = await translatePaths(
      this.#session,
      byPath.map((node) => node.request.path ?? ""),
    );
    byPath.forEach((node, index) => {
      setNodeId(node, found[index] ?? "BadNoMatch");
    });
  }

  async #describe(nodes: readonly WatchedNode[]): Promise<void> {
    const reads = nodes.flatMap((node) =>
      attributes.map((attributeId) => ({ nodeId: node.nodeId as NodeId, attributeId })),
    );
    if (reads.length === 0) return;
    const values = await this.#session.read(reads);
    for (const [index, node] of nodes.entries()) {
      const from = index * attributes.length;
      await this.#judge(node, values.slice(from, from + attributes.length));
    }
  }

  async #judge(node: WatchedNode, values: readonly DataValue[]): Promise<void> {
    const [nodeClass, dataType, rank, access, userAccess] = values;
    node.failure = refuseNode(node, nodeClass, rank);
    if (node.failure !== undefined) return;
    const bits = numberOf(userAccess) ?? numberOf(access) ?? currentRead;
    if ((bits & currentRead) === 0) node.failure = "BadNotReadable";
    node.historyOffered = (bits & historyRead) !== 0;
    const basic = await this.#basicType(dataType?.value?.value);
    node.dataType = DataType[basic] ?? "";
    node.sampleType = sampleTypeOf(basic);
    if (basic === DataType.ByteString) node.failure = "a ByteString has no sample";
    if (basic === DataType.ExtensionObject)
      node.failure = "a structure has no sample; name a node in it";
  }

  async #basicType(id: NodeId | undefined): Promise<DataType> {
    if (id === undefined || id === null) return DataType.Null;
    const name = id.toString();
    const known = this.#types.get(name);
    if (known !== undefined) return known;
    const found = await findBasicDataType(this.#session, id).catch(() => DataType.Null);
    this.#types.set(name, found);
    return found;
  }
}

function setNodeId(node: WatchedNode, found: NodeId | string): void {
  if (typeof found === "string") node.failure = found;
  else node.nodeId = found;
}

function numberOf(value: DataValue | undefined): number | undefined {
  const held = value?.statusCode.isGood() ? value.value?.value : undefined;
  return typeof held === "number" ? held : undefined;
}

function refuseNode(
  node: WatchedNode,
  nodeClass: DataValue | undefined,
  rank: DataValue | undefined,
): string | undefined {
  if (!nodeClass?.statusCode.isGood()) return nodeClass?.statusCode.name ?? "BadNodeIdUnknown";
  const read = numberOf(nodeClass);
  if (read !== NodeClass.Variable) return `is of class ${NodeClass[read ?? 0]}, not a Variable`;
  const isArray = (numberOf(rank) ?? -1) >= 0;
  if (isArray && node.request.element === undefined) {
    return 'is an array; a tag can have one element of it (element: "0")';
  }
  return undefined;
}

function sampleTypeOf(type: DataType): SampleType | undefined {
  if (type === DataType.Double || type === DataType.Float) return "double";
  if (type === DataType.Boolean) return "bool";
  if ((type >= DataType.SByte && type <= DataType.UInt64) || type === DataType.StatusCode) {
    return "int64";
  }
  const texts = [
    DataType.String,
    DataType.DateTime,
    DataType.Guid,
    DataType.XmlElement,
    DataType.NodeId,
    DataType.ExpandedNodeId,
    DataType.QualifiedName,
    DataType.LocalizedText,
  ];
  return texts.includes(type) ? "string" : undefined;
}

/** The node at the end of each path from the Objects folder, or why there is none. */
export async function translatePaths(
  session: ClientSession,
  paths: readonly string[],
): Promise<(NodeId | string)[]> {
  const parsed = paths.map((path) => parsePath(path));
  const requests = parsed.map((names) => browsePath(typeof names === "string" ? [] : names));
  const results = await session.translateBrowsePath(requests);
  return results.map((result, index) => {
    const fault = parsed[index];
    if (typeof fault === "string") return fault;
    const target = result.targets?.[0]?.targetId;
    if (target === undefined) return result.statusCode.name;
    return new NodeId(target.identifierType, target.value, target.namespace);
  });
}

export function browsePath(names: readonly PathName[], startingNode = objectsFolder): BrowsePath {
  const elements = names.map((targetName) => ({
    referenceTypeId: hierarchicalReferences,
    isInverse: false,
    includeSubtypes: true,
    targetName,
  }));
  return new BrowsePath({ startingNode, relativePath: { elements } });
}
