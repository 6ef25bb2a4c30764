#!/usr/bin/env node
import { fstatSync, WriteStream } from "node:fs";
import { Socket } from "node:net";
import type { Writable } from "node:stream";
import { setErrorLogger, setWarningLogger } from "node-opcua-client";
import type { JsonObject } from "./checked.ts";
import { formatFault, readConfigure } from "./config.ts";
import { type Connector, configured } from "./connector.ts";
import { ControlLines, placeOf } from "./control_lines.ts";
import { messageOf } from "./fault.ts";
import { Output } from "./output.ts";

const hello = {
  type: "hello",
  protocol: 1,
  name: "bedplate-opcua",
  version: "1.0.0",
  can: ["browse", "history", "trust", "batch", "nodes"],
};
const stopWithinMs = 4_000;
const invalidConfiguration = 2;

function log(level: "E" | "W" | "I" | "D", text: string): void {
  process.stderr.write(`${level}! ${text}\n`);
}

/** process.stdout writes to pipes synchronously: a reader that is behind would stop the clock. */
function openStandardOutput(): Writable {
  const kind = fstatSync(1);
  if (kind.isFIFO() || kind.isSocket()) return new Socket({ fd: 1, readable: false });
  // biome-ignore lint/suspicious/noExplicitAny: the typed constructor hides that it takes options.
  return new (WriteStream as any)(null, { fd: 1, autoClose: false });
}

/** Standard output is the data's alone: what the library has to say goes to the log. */
function tameLibrary(): void {
  const text = (parts: unknown[]) => parts.map(String).join(" ").replace(/\s+/g, " ").trim();
  setWarningLogger((_context: unknown, ...parts: unknown[]) => log("D", text(parts)));
  setErrorLogger((_context: unknown, ...parts: unknown[]) => log("W", text(parts)));
  const { console } = globalThis;
  for (const name of ["log", "info", "debug", "warn", "error"] as const) {
    console[name] = (...parts: unknown[]) => log("D", text(parts));
  }
}

class Program {
  readonly #output: Output;
  #connector: Connector | undefined;
  #ending = false;

  constructor(output: Output) {
    this.#output = output;
  }

  start(): void {
    this.#output.control(hello);
    const lines = new ControlLines({
      message: (message) => this.#take(message),
      refused: (reason) => log("E", `standard input: ${reason}`),
    });
    process.stdin.on("data", (chunk: Buffer) => lines.push(chunk));
    process.stdin.on("end", () => void this.#end(0));
    process.stdin.on("error", () => void this.#end(1));
    process.on("SIGTERM", () => void this.#end(0));
    process.on("SIGINT", () => void this.#end(0));
  }

  #take(message: JsonObject): void {
    if (message.type === "configure") this.#configure(message);
    else if (message.type === "stop") void this.#end(0);
    else if (message.type === "ack") this.#acknowledge(message);
    else if (this.#connector !== undefined) this.#ask(this.#connector, message);
    else log("E", `${message.type}: expected configure first`);
  }

  #ask(connector: Connector, message: JsonObject): void {
    const failed = (error: unknown) => log("E", `${message.type}: ${messageOf(error)}`);
    switch (message.type) {
      case "browse":
        connector.browse(message).catch(failed);
        break;
      case "cancel":
        connector.cancelBrowse(message.id);
        break;
      case "trust":
        connector.trust(message).catch(failed);
        break;
      case "certificates":
        connector.certificates().catch(failed);
        break;
      case "nodes":
        for (const fault of connector.changeNodes(message)) failed(formatFault(fault));
        break;
      default:
        log("W", `${message.type}: not a message of protocol 1, ignored`);
    }
  }

  #configure(message: JsonObject): void {
    if (this.#connector !== undefined) {
      log("E", "configure: given before; restart the program for another configuration");
      return;
    }
    const { connector, faults } = configured(message, this.#output);
    if (connector === undefined) {
      this.#output.control({ type: "state", state: "failing", permanent: true, faults });
      for (const fault of faults) log("E", fault);
      void this.#end(invalidConfiguration);
      return;
    }
    this.#connector = connector;
    connector.run().catch((error) => {
      log("E", messageOf(error));
      void this.#end(1);
    });
  }

  #acknowledge(message: JsonObject): void {
    if (!this.#output.acknowledge(Number(message.n))) {
      log("E", `ack: expected the number of a batch that was sent, got ${message.n}`);
    }
  }

  async #end(code: number): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    setTimeout(() => process.exit(code), stopWithinMs).unref();
    await this.#connector?.stop();
    await this.#output.finish({ type: "bye" });
    process.exit(code);
  }
}

/** Reads one configure message and says what is wrong with it, without connecting. */
async function check(): Promise<number> {
  let text = "";
  for await (const chunk of process.stdin) text += chunk;
  try {
    const { faults, failed } = readConfigure(JSON.parse(text));
    const lines = faults
      .map(formatFault)
      .concat(failed.map(({ k, reason }) => `node ${k}: ${reason}`));
    for (const line of lines) process.stdout.write(`${line}\n`);
    return lines.length === 0 ? 0 : invalidConfiguration;
  } catch (error) {
    process.stdout.write(`standard input: ${placeOf(error)}\n`);
    return invalidConfiguration;
  }
}

/** The server is an optional part of the installation. */
async function simulate(args: string[]): Promise<number> {
  const simulator = await import("./simulate.ts").catch((error) => {
    log("E", `the simulator needs node-opcua-server (npm ci, without --omit=optional): ${error}`);
  });
  return simulator === undefined ? 1 : simulator.simulate(args);
}

function run(): void {
  const stream = openStandardOutput();
  stream.on("error", () => process.exit(1));
  process.on("unhandledRejection", (reason) => log("W", `in the library: ${messageOf(reason)}`));
  new Program(new Output(stream)).start();
}

tameLibrary();
const [command, ...rest] = process.argv.slice(2);
if (command === undefined) {
  run();
} else if (command === "check") {
  process.exitCode = await check();
} else if (command === "simulate") {
  process.exitCode = await simulate(rest);
} else {
  process.stderr.write("usage: bedplate-opcua [check | simulate [--port N] …]\n");
  process.exitCode = 64;
}
