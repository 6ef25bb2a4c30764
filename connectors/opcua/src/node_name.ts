import { coerceNodeId, type NodeId } from "node-opcua-client";

/**
 * How a configuration names a node: by its id (`ns=2;s=Temp`, `nsu=urn:plant;i=1001`) or by the
 * names on the way to it from the Objects folder (`/2:Line/2:Filler/2:Temperature`).
 */
const idPattern = /^(?:(?:ns=\d{1,5}|nsu=[^;]+);)?(?:i=\d{1,10}|s=.+|g=[0-9a-fA-F-]{36}|b=.+)$/s;

export function isNodeId(text: string): boolean {
  return text.length <= 4096 && idPattern.test(text);
}

/** The node id with the namespace's index on this server, or why there is none. */
export function resolveNodeId(text: string, namespaces: readonly string[]): NodeId | string {
  const byUri = /^nsu=([^;]+);(.+)$/s.exec(text);
  if (byUri === null) return parseNodeId(text);
  const index = namespaces.indexOf(decodeUri(byUri[1] ?? ""));
  if (index < 0) return `the server has no namespace ${byUri[1]}`;
  return parseNodeId(`ns=${index};${byUri[2]}`);
}

function parseNodeId(text: string): NodeId | string {
  if (!isNodeId(text)) return "is not a node id, as ns=2;s=Temp or i=85";
  const numeric = /(?:^|;)i=(\d+)$/.exec(text);
  if (numeric !== null && Number(numeric[1]) > 0xffffffff) return "has a number beyond 32 bits";
  const namespace = /^ns=(\d+);/.exec(text);
  if (namespace !== null && Number(namespace[1]) > 0xffff) return "has a namespace beyond 16 bits";
  try {
    return coerceNodeId(text);
  } catch {
    return "is not a node id, as ns=2;s=Temp or i=85";
  }
}

/** Part 6 of OPC UA, 5.1.12: `;` and `%` are percent-encoded within `nsu=`. */
function decodeUri(text: string): string {
  return text.replace(/%3B/gi, ";").replace(/%25/g, "%");
}

export interface PathName {
  namespaceIndex: number;
  name: string;
}

/**
 * The names of a path: `/2:Line/2:Filler`. Without a number a name is of namespace 0; `&` takes
 * the meaning from the character after it (OPC UA Part 4, A.2), so `&/` is a slash within a name.
 */
export function parsePath(text: string): PathName[] | string {
  if (!text.startsWith("/") || text.length > 4096) return "is not a path, as /2:Line/2:Filler";
  const parts = text.match(/\/(?:&[\s\S]|[^&/])*/g) ?? [];
  if (parts.join("") !== text) return "ends in &, which needs a character after it";
  const names: PathName[] = [];
  for (const part of parts) {
    const match = /^\/(?:(\d{1,5}):)?((?:&[\s\S]|[^&:])+)$/.exec(part);
    if (match === null) return `has no name in "${part}"`;
    const name = (match[2] ?? "").replace(/&([\s\S])/g, "$1");
    names.push({ namespaceIndex: Number(match[1] ?? 0), name });
  }
  return names.length > 64 ? "has more than 64 names" : names;
}

/** One step of a path, as parsePath reads it back. */
export function formatPathName(namespaceIndex: number, name: string): string {
  const escaped = name.replace(/[&/.<>:#!]/g, "&$&");
  return namespaceIndex === 0 ? `/${escaped}` : `/${namespaceIndex}:${escaped}`;
}
