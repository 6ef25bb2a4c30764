import { Checked, isObject, type JsonObject } from "./checked.ts";
import { type Fault, show } from "./fault.ts";
import { isNodeId, parsePath } from "./node_name.ts";

export const modes = ["None", "Sign", "SignAndEncrypt"] as const;
export const policies = [
  "None",
  "Basic256Sha256",
  "Aes128_Sha256_RsaOaep",
  "Aes256_Sha256_RsaPss",
] as const;

export type Mode = (typeof modes)[number];
export type Policy = (typeof policies)[number];

export type User =
  | { kind: "anonymous" }
  | { kind: "name"; name: string; password: string }
  | { kind: "certificate"; file: string; privateKey: string };

/** A change smaller than this is not reported: absolute in the tag's unit, or percent of EURange. */
export interface Deadband {
  kind: "absolute" | "percent";
  value: number;
}

/** How one node is watched. */
export interface Watch {
  /** Negative: as often as the subscription publishes. */
  samplingMs: number;
  /** Values the server keeps between two publishes; 0: as many as can come. */
  queue: number;
  deadband: Deadband | undefined;
  /** `change`: a new value or status; `timestamp`: a new source time too. */
  report: "change" | "timestamp";
}

export interface NodeRequest {
  /** The digits after `k` in the lines of this node. */
  key: string;
  id: string | undefined;
  path: string | undefined;
  /** An element of an array, as OPC UA's index range: `3`. */
  element: string | undefined;
  watch: Watch;
  /** History is wanted from this source time on (ms since 1970). */
  resumeMs: number | undefined;
}

export interface NodeFailure {
  k: string;
  reason: string;
}

export interface Config {
  source: string;
  pki: string;
  url: string;
  mode: Mode;
  policy: Policy;
  user: User;
  plainPassword: boolean;
  watch: Watch;
  publishingMs: number;
  history: boolean;
  historyReachMs: number;
  /** Batches that may wait for an acknowledgement; 0: none is waited for. */
  window: number;
  batchSamples: number;
  nodes: NodeRequest[];
}

export interface Configured {
  config: Config;
  faults: Fault[];
  /** Nodes that cannot be: each costs itself, not the others. */
  failed: NodeFailure[];
}

const dayMs = 86_400_000;
const urlPattern = /^opc\.tcp:\/\/(?:\[[0-9a-fA-F:.]+\]|[^\s:/?#[\]]+)(?::\d{1,5})?(?:\/\S*)?$/;
const settings = [
  "url",
  "security",
  "user",
  "sampling",
  "publishing",
  "queue",
  "deadband",
  "report",
  "history",
  "history_reach",
];

/** Reads a `configure` message without connecting anywhere. Every fault is found in one go. */
export function readConfigure(message: JsonObject): Configured {
  const faults: Fault[] = [];
  const top = new Checked(message, "", faults);
  if (message.protocol !== undefined && message.protocol !== 1) top.fault("protocol", "1");
  const given = top.section("config");
  given.only(settings);
  const security = readSecurity(given);
  const watch = readWatch(given, {
    samplingMs: -1,
    queue: 0,
    deadband: undefined,
    report: "change",
  });
  const { nodes, failed } = readNodes(message.nodes, watch, faults);
  const config: Config = {
    source: top.needed("source", /^[a-z0-9-]{1,64}$/, "a name of a-z, 0-9 and -"),
    pki: top.text("pki", "pki", /./, "a folder"),
    url: given.needed("url", urlPattern, "an address as opc.tcp://10.0.0.5:4840"),
    ...security,
    user: readUser(given, top.secrets("secrets")),
    watch,
    publishingMs: given.duration("publishing", 250, 10, 60_000),
    history: given.flag("history", true),
    historyReachMs: given.duration("history_reach", 7 * dayMs, 0, 3650 * dayMs),
    window: top.integer("window", 8, 0, 1024),
    batchSamples: top.integer("batch_samples", 10_000, 1, 1_000_000),
    nodes,
  };
  return { config, faults, failed };
}

function readSecurity(given: Checked): { mode: Mode; policy: Policy; plainPassword: boolean } {
  const security = given.section("security");
  security.only(["mode", "policy", "plain_password"]);
  const mode = security.choice("mode", "SignAndEncrypt", modes);
  const policy = security.choice("policy", mode === "None" ? "None" : "Basic256Sha256", policies);
  if ((mode === "None") !== (policy === "None")) {
    security.fault(
      "policy",
      mode === "None" ? "None, as mode is None" : "a policy, as mode needs one",
    );
  }
  return { mode, policy, plainPassword: security.flag("plain_password", false) };
}

function readUser(given: Checked, secrets: Checked): User {
  if (!given.has("user")) return { kind: "anonymous" };
  const user = given.section("user");
  user.only(["name", "certificate", "password", "key"]);
  if (user.has("certificate")) {
    if (user.has("name")) user.fault("name", "either a name or a certificate");
    const file = user.text("certificate", "", /./, "a PEM or DER file");
    const pem = /-----BEGIN (?:RSA )?PRIVATE KEY-----/;
    const privateKey = secrets.needed("key", pem, "the certificate's private key as PEM");
    return { kind: "certificate", file, privateKey };
  }
  const name = user.needed("name", /./, "a name, or a certificate");
  return { kind: "name", name, password: secrets.needed("password", /^/, "a password") };
}

function readWatch(given: Checked, usual: Watch): Watch {
  const sampling = given.has("sampling_ms") ? "sampling_ms" : "sampling";
  return {
    samplingMs: given.duration(sampling, usual.samplingMs, 0, dayMs),
    queue: given.integer("queue", usual.queue, 0, 100_000),
    deadband: given.has("deadband") ? readDeadband(given.section("deadband")) : usual.deadband,
    report: given.choice("report", usual.report, ["change", "timestamp"]),
  };
}

function readDeadband(given: Checked): Deadband | undefined {
  given.only(["absolute", "percent"]);
  const absolute = given.number("absolute", 0, Number.MAX_VALUE);
  const percent = given.number("percent", 0, 100);
  if (absolute !== undefined && percent !== undefined) {
    given.fault("percent", "either absolute or percent");
  }
  if (absolute !== undefined) return { kind: "absolute", value: absolute };
  return percent === undefined ? undefined : { kind: "percent", value: percent };
}

/** The nodes of a `configure` or `nodes` message. */
export function readNodes(
  list: unknown,
  usual: Watch,
  faults: Fault[],
): { nodes: NodeRequest[]; failed: NodeFailure[] } {
  const nodes: NodeRequest[] = [];
  const failed: NodeFailure[] = [];
  if (list === undefined) return { nodes, failed };
  if (!Array.isArray(list)) {
    faults.push({ place: "nodes", expected: "a list", got: show(list) });
    return { nodes, failed };
  }
  const keys = new Set<string>();
  list.forEach((entry: unknown, index) => {
    const place = `nodes[${index}]`;
    if (!isObject(entry) || !/^\d{1,10}$/.test(String(entry.k))) {
      faults.push({ place, expected: 'a node with a key, as {"k":"1",…}', got: show(entry) });
      return;
    }
    const key = String(entry.k);
    const own: Fault[] = [];
    const node = readNode(new Checked(entry, "", own), key, usual);
    if (keys.has(key)) own.push({ place: "k", expected: "a key of its own", got: show(key) });
    keys.add(key);
    if (own.length === 0) nodes.push(node);
    else failed.push({ k: key, reason: own.map(formatFault).join("; ") });
  });
  return { nodes, failed };
}

function readNode(given: Checked, key: string, usual: Watch): NodeRequest {
  given.only(
    ["k", "id", "path", "element", "sampling", "sampling_ms", "queue", "deadband"].concat(
      "report",
      "resume",
    ),
  );
  if (given.has("id") === given.has("path")) given.fault("id", "either an id or a path");
  const id = given.has("id") ? given.text("id", "") : undefined;
  const path = given.has("path") ? given.text("path", "") : undefined;
  if (id !== undefined && !isNodeId(id)) given.fault("id", "a node id as ns=2;s=Temp");
  const names = path === undefined ? [] : parsePath(path);
  if (typeof names === "string")
    given.fault("path", `a path as /2:Line/2:Filler (this one ${names})`);
  const element = given.text("element", "", /^\d+(?:,\d+)*$/, "an index as 3, or 1,2 in a matrix");
  return {
    key,
    id,
    path,
    element: element === "" ? undefined : element,
    watch: readWatch(given, usual),
    resumeMs: readResume(given),
  };
}

function readResume(given: Checked): number | undefined {
  const text = given.text("resume", "");
  if (text === "") return undefined;
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  given.fault("resume", "a time as 2026-03-01T16:00:00Z");
  return undefined;
}

export function formatFault(fault: Fault): string {
  return `${fault.place}: expected ${fault.expected}, got ${fault.got}`;
}
