import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Namespace, UAObject, UAVariable } from "node-opcua-address-space";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import {
  DataType,
  MessageSecurityMode,
  SecurityPolicy,
  StatusCodes,
  Variant,
  VariantArrayType,
} from "node-opcua-client";
import { makeEUInformation, standardUnits } from "node-opcua-data-access";
import { OPCUAServer } from "node-opcua-server";
import { policies } from "./config.ts";
import { messageOf } from "./fault.ts";
import { type Machine, PackagingLine, seeded } from "./packaging_line.ts";

export interface SimulatorOptions {
  port: number;
  seed: number;
  intervalMs: number;
  /** Doubles besides the line, each set `ratePerSecond` times a second (0: never). */
  loadNodes: number;
  ratePerSecond: number;
  /** How long the doubles stand still at first, so that a client can be there before the first. */
  loadAfterMs: number;
  user: { name: string; password: string } | undefined;
}

export interface Simulator {
  url: string;
  line: PackagingLine;
  load: Load;
  stop(): Promise<void>;
}

/** What was set for measuring: how many values, and their sum in thousandths. */
export interface Load {
  count: number;
  sum: number;
}

export const lineNamespace = "urn:bedplate:packaging-line";
const historyValues = 100_000;
/** So long the server stays after its last value, so that subscriptions can bring it. */
const lastPublishMs = 1_000;
const loadEveryMs = 10;

const usage = `usage: bedplate-opcua simulate [--port 4840] [--seed 1] [--interval-ms 250]
       [--load-nodes 0] [--rate 10] [--load-after-ms 0] [--user NAME --password WORD]
`;

/** Runs an OPC UA server with a packaging line until it is told to stop. */
export async function simulate(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === "string") {
    process.stderr.write(`${options}\n${usage}`);
    return 64;
  }
  const simulator = await startSimulator(options);
  process.stdout.write(`${simulator.url}\n`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
  await simulator.stop();
  const { count, sum } = simulator.load;
  if (options.loadNodes > 0) process.stdout.write(`${count} values, ${sum} thousandths\n`);
  return 0;
}

function readOptions(args: string[]): SimulatorOptions | string {
  const text = (usual: string) => ({ type: "string", default: usual }) as const;
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: text("4840"),
        seed: text("1"),
        "interval-ms": text("250"),
        "load-nodes": text("0"),
        rate: text("10"),
        "load-after-ms": text("0"),
        user: text(""),
        password: text(""),
      },
    });
    const { user: name, password } = values;
    return {
      port: whole(values.port, "--port", 0, 65_535),
      seed: whole(values.seed, "--seed", 0, 0xffffffff),
      intervalMs: whole(values["interval-ms"], "--interval-ms", 10, 60_000),
      loadNodes: whole(values["load-nodes"], "--load-nodes", 0, 100_000),
      ratePerSecond: whole(values.rate, "--rate", 0, 100),
      loadAfterMs: whole(values["load-after-ms"], "--load-after-ms", 0, 600_000),
      user: name === "" ? undefined : { name, password },
    };
  } catch (error) {
    return messageOf(error);
  }
}

function whole(text: string, name: string, from: number, to: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= from && value <= to) return value;
  throw new Error(`${name}: expected a whole number from ${from} to ${to}, got ${text}`);
}

/** The server trusts every client: it has nothing to lose. Its keys live as long as it does. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const folder = await mkdtemp(path.join(tmpdir(), "bedplate-opcua-"));
  const manager = new OPCUACertificateManager({
    rootFolder: folder,
    automaticallyAcceptUnknownCertificate: true,
    disableFileWatchers: true,
  });
  await manager.initialize();
  const server = new OPCUAServer({
    port: options.port,
    serverCertificateManager: manager,
    userCertificateManager: manager,
    securityModes: [
      MessageSecurityMode.None,
      MessageSecurityMode.Sign,
      MessageSecurityMode.SignAndEncrypt,
    ],
    securityPolicies: policies.map((policy) => SecurityPolicy[policy]),
    // A client that asks for sampling 0 gets every change, without a timer for each node.
    serverCapabilities: { minSupportedSampleRate: 0 },
    allowAnonymous: options.user === undefined,
    userManager: { isValidUser: (name: string, word: string) => isKnown(options, name, word) },
    buildInfo: { productName: "Bedplate packaging line", manufacturerName: "Bedplate" },
  });
  await server.initialize();
  const line = new PackagingLine(options.seed);
  const load: Load = { count: 0, sum: 0 };
  const timers = build(server, line, load, options);
  await server.start();
  return {
    url: server.getEndpointUrl(),
    line,
    load,
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await pause(lastPublishMs);
      await server.shutdown(0);
      await manager.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isKnown(options: SimulatorOptions, name: string, word: string): boolean {
  return (
    options.user === undefined || (options.user.name === name && options.user.password === word)
  );
}

function build(
  server: OPCUAServer,
  line: PackagingLine,
  load: Load,
  options: SimulatorOptions,
): NodeJS.Timeout[] {
  const space = server.engine.addressSpace;
  if (space === null) throw new Error("the server has no address space");
  const namespace = space.registerNamespace(lineNamespace);
  const root = namespace.addObject({
    browseName: "Line",
    nodeId: "s=Line",
    organizedBy: space.rootFolder.objects,
  });
  const writers = line.machines.map((machine) => addMachine(namespace, root, machine));
  const advance = () => {
    line.advance(options.intervalMs / 1000);
    for (const write of writers) write();
  };
  advance();
  const timers = [setInterval(advance, options.intervalMs)];
  if (options.loadNodes > 0) timers.push(...addLoad(namespace, root, load, options));
  return timers;
}

const intervalSeconds = { low: 0, high: 100 };

/** The nodes of one machine; returns what writes their values. */
function addMachine(namespace: Namespace, line: UAObject, machine: Machine): () => void {
  const parent = namespace.addObject({
    browseName: machine.name,
    nodeId: `s=Line.${machine.name}`,
    componentOf: line,
  });
  const id = (name: string) => ({ browseName: name, nodeId: `s=Line.${machine.name}.${name}` });
  const plain = (name: string, dataType: DataType) =>
    namespace.addVariable({ ...id(name), componentOf: parent, dataType });
  const measured = (name: string, engineeringUnits = standardUnits.degree_celsius) =>
    namespace.addAnalogDataItem({
      ...id(name),
      componentOf: parent,
      dataType: DataType.Double,
      engineeringUnits,
      engineeringUnitsRange: intervalSeconds,
    });
  const integer = DataType.Int64;
  const nodes = {
    State: {
      node: plain("State", DataType.Int32),
      type: DataType.Int32,
      read: () => machine.state,
    },
    PiecesIn: {
      node: plain("PiecesIn", integer),
      type: integer,
      read: () => [0, machine.piecesIn],
    },
    PiecesOut: {
      node: plain("PiecesOut", integer),
      type: integer,
      read: () => [0, machine.piecesOut],
    },
    Rejects: { node: plain("Rejects", integer), type: integer, read: () => [0, machine.rejects] },
    Speed: {
      node: plain("Speed", DataType.Double),
      type: DataType.Double,
      read: () => machine.speed,
    },
    Power: {
      node: measured("Power", standardUnits.kilowatt),
      type: DataType.Double,
      read: () => machine.powerKw,
    },
    Energy: {
      node: measured("Energy", makeEUInformation("KWH", "kW·h", "kilowatt hour")),
      type: DataType.Double,
      read: () => machine.energyKwh,
    },
    Temperature: {
      node: measured("Temperature"),
      type: DataType.Double,
      read: () => machine.temperatureC,
    },
  };
  for (const { node } of Object.values(nodes)) keepHistory(node);
  addFault(namespace, parent, machine);
  return () => {
    for (const { node, type, read } of Object.values(nodes)) {
      const arrayType = VariantArrayType.Scalar;
      node.setValueFromSource(new Variant({ dataType: type, arrayType, value: read() }));
    }
  };
}

function keepHistory(node: UAVariable): void {
  node.addressSpace.installHistoricalDataNode(node, { maxOnlineValues: historyValues });
}

/** Writing true stops the machine, as a person's hand on the button would. */
function addFault(namespace: Namespace, parent: UAObject, machine: Machine): void {
  namespace.addVariable({
    browseName: "Fault",
    nodeId: `s=Line.${machine.name}.Fault`,
    componentOf: parent,
    dataType: DataType.Boolean,
    minimumSamplingInterval: 100,
    value: {
      get: () => new Variant({ dataType: DataType.Boolean, value: machine.fault }),
      set: (variant: Variant) => {
        machine.fault = variant.value === true;
        return StatusCodes.Good;
      },
    },
  });
}

/** Doubles for measuring, one after another so that the load is even, as many as are due by now. */
function addLoad(
  namespace: Namespace,
  line: UAObject,
  load: Load,
  options: SimulatorOptions,
): NodeJS.Timeout[] {
  const nodes = addLoadNodes(namespace, line, options.loadNodes);
  if (options.ratePerSecond === 0) return [];
  const random = seeded(options.seed);
  const perMs = (options.loadNodes * options.ratePerSecond) / 1000;
  const startMs = performance.now() + options.loadAfterMs;
  const set = () => {
    const due = Math.floor((performance.now() - startMs) * perMs);
    for (; load.count < due; load.count++) {
      const thousandths = Math.floor(random() * 1e6);
      load.sum += thousandths;
      const value = thousandths / 1000;
      const node = nodes[load.count % nodes.length];
      node?.setValueFromSource(new Variant({ dataType: DataType.Double, value }));
    }
  };
  return [setInterval(set, loadEveryMs)];
}

function addLoadNodes(namespace: Namespace, line: UAObject, count: number): UAVariable[] {
  const parent = namespace.addObject({ browseName: "Load", nodeId: "s=Load", componentOf: line });
  return Array.from({ length: count }, (_, index) =>
    namespace.addVariable({
      browseName: `Load${index}`,
      nodeId: `s=Load.${index}`,
      componentOf: parent,
      dataType: DataType.Double,
      minimumSamplingInterval: 0,
    }),
  );
}
