import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import type { Namespace, UAObject, UAVariable } from "node-opcua-address-space";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import {
  DataType,
  type DataValue,
  MessageSecurityMode,
  SecurityPolicy,
  StatusCodes,
  setErrorLogger,
  setWarningLogger,
  Variant,
  VariantArrayType,
} from "node-opcua-client";
import { OPCUAServer } from "node-opcua-server";
import { policies } from "../src/config.ts";
import { freePort } from "./harness.ts";

export const plantNamespace = "urn:bedplate:test-plant";

export interface PlantOptions {
  port?: number;
  folder?: string;
  user?: { name: string; password: string };
  /** The server takes no more than this many of anything in one request. */
  mostInRequest?: number;
}

setWarningLogger(() => {});
setErrorLogger(() => {});

let keys: string | undefined;

/** Making keys takes seconds: the tests of one file share them where trust is not what they test. */
function sharedKeys(): string {
  if (keys === undefined) {
    const made = mkdtempSync(path.join(tmpdir(), "bedplate-opcua-keys-"));
    process.once("exit", () => rmSync(made, { recursive: true, force: true }));
    keys = made;
  }
  return keys;
}

/** A small OPC UA server in this process, with one node of each kind that matters. */
export class Plant {
  readonly server: OPCUAServer;
  readonly manager: OPCUACertificateManager;
  readonly port: number;
  #namespace: Namespace | undefined;
  #root: UAObject | undefined;
  #counter: UAVariable | undefined;
  #lastMs = 0;
  count = 0;

  constructor(server: OPCUAServer, manager: OPCUACertificateManager, port: number) {
    this.server = server;
    this.manager = manager;
    this.port = port;
  }

  get url(): string {
    return `opc.tcp://127.0.0.1:${this.port}`;
  }

  get namespace(): Namespace {
    if (this.#namespace === undefined) throw new Error("not built");
    return this.#namespace;
  }

  get root(): UAObject {
    if (this.#root === undefined) throw new Error("not built");
    return this.#root;
  }

  build(): void {
    const space = this.server.engine.addressSpace;
    if (space === null) throw new Error("no address space");
    this.#namespace = space.registerNamespace(plantNamespace);
    this.#root = this.#namespace.addObject({
      browseName: "Plant",
      nodeId: "s=Plant",
      organizedBy: space.rootFolder.objects,
    });
    this.#counter = this.add("Counter", DataType.Int32, 0);
    space.installHistoricalDataNode(this.#counter, { maxOnlineValues: 100_000 });
  }

  add(
    name: string,
    dataType: DataType,
    value: unknown,
    arrayType = VariantArrayType.Scalar,
  ): UAVariable {
    const variable = this.namespace.addVariable({
      browseName: name,
      nodeId: `s=${name}`,
      componentOf: this.root,
      dataType,
      minimumSamplingInterval: 0,
      ...(arrayType === VariantArrayType.Scalar ? {} : { valueRank: 1 }),
    });
    variable.setValueFromSource(new Variant({ dataType, arrayType, value }));
    return variable;
  }

  /** The next number, with a source time of its own. */
  tick(timeMs = Date.now(), status = StatusCodes.Good): void {
    this.count++;
    this.#lastMs = Math.max(timeMs, this.#lastMs + 1);
    const variant = new Variant({ dataType: DataType.Int32, value: this.count });
    this.#counter?.setValueFromSource(variant, status, new Date(this.#lastMs));
  }

  ticking(context: TestContext, everyMs: number): void {
    const timer = setInterval(() => this.tick(), everyMs);
    context.after(() => clearInterval(timer));
  }

  /** Ends all sessions and leaves their subscriptions to whoever asks for them. */
  endSessions(): void {
    for (const session of this.server.engine.getSessions()) {
      this.server.engine.closeSession(session.authenticationToken, false, "Timeout");
    }
  }

  async stop(): Promise<void> {
    await this.server.shutdown(0);
    await this.manager.dispose();
  }
}

function limitsOf({ mostInRequest }: PlantOptions): object {
  if (mostInRequest === undefined) return {};
  const operationLimits = {
    maxNodesPerRead: Math.max(mostInRequest, 12),
    maxNodesPerBrowse: mostInRequest,
    maxMonitoredItemsPerCall: mostInRequest,
    maxNodesPerHistoryReadData: mostInRequest,
    maxNodesPerTranslateBrowsePathsToNodeIds: mostInRequest,
  };
  return { operationLimits };
}

export async function startPlant(context: TestContext, options: PlantOptions = {}): Promise<Plant> {
  const manager = new OPCUACertificateManager({
    rootFolder: options.folder ?? path.join(sharedKeys(), "server"),
    automaticallyAcceptUnknownCertificate: true,
    disableFileWatchers: true,
    keySize: 2048,
  });
  await manager.initialize();
  const port = options.port ?? (await freePort());
  const { user } = options;
  const server = new OPCUAServer({
    port,
    serverCertificateManager: manager,
    userCertificateManager: manager,
    securityModes: [
      MessageSecurityMode.None,
      MessageSecurityMode.Sign,
      MessageSecurityMode.SignAndEncrypt,
    ],
    securityPolicies: policies.map((policy) => SecurityPolicy[policy]),
    allowAnonymous: user === undefined,
    // Every change of a value is delivered, however soon it comes after the one before.
    serverCapabilities: { minSupportedSampleRate: 0, ...limitsOf(options) },
    userManager: {
      isValidUser: (name: string, word: string) => name === user?.name && word === user.password,
    },
  });
  await server.initialize();
  const plant = new Plant(server, manager, port);
  plant.build();
  await server.start();
  context.after(() => plant.stop().catch(() => {}));
  return plant;
}

/** A value with all that OPC UA gives it; the library's public call has no picoseconds. */
export function setDataValue(node: UAVariable, value: DataValue): void {
  const internal = node as unknown as { _internal_set_dataValue(value: DataValue): void };
  internal._internal_set_dataValue(value);
}

export function configure(url: string, more: object = {}, nodes: object[] = []): object {
  return {
    type: "configure",
    protocol: 1,
    source: "test",
    pki: path.join(sharedKeys(), "client"),
    config: { url, security: { mode: "None" }, publishing: 50, sampling: 0, ...more },
    nodes,
  };
}
