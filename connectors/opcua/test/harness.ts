import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";

// biome-ignore lint/suspicious/noExplicitAny: a control message, whose shape the tests assert.
export type Message = any;

export interface Sample {
  key: string;
  value: string | undefined;
  quality: number;
  timeNs: bigint;
}

const program = path.join(import.meta.dirname, "..", "src", "main.ts");
const patienceMs = 60_000;

/** A line as a reader takes it apart. Texts in these tests hold neither spaces nor commas. */
export function parseLine(line: string): Sample {
  const match = /^k(\d+) (?:v=((?:"(?:[^"\\]|\\.)*"|[^,\s])+))?,?(?:q=(\d+)u)? (-?\d+)$/s.exec(
    line,
  );
  if (match === null) throw new Error(`not a line of this protocol: ${line}`);
  const [, key = "", value, quality = "0", time = "0"] = match;
  return { key, value, quality: Number(quality), timeNs: BigInt(time) };
}

/** The program as the server sees it: a child that is talked to over its standard streams. */
export class Child {
  readonly #process: ChildProcess;
  readonly #waiting: { met: () => boolean; resolve: () => void }[] = [];
  #rest = "";
  readonly messages: Message[] = [];
  readonly samples: Sample[] = [];
  log = "";
  /** Batches are acknowledged as they come. */
  acknowledging = true;
  batches = 0;
  readonly exited: Promise<number | null>;

  constructor(folder: string, args: string[] = []) {
    this.#process = spawn(process.execPath, [program, ...args], { cwd: folder });
    this.#process.stdout?.setEncoding("utf8").on("data", (text: string) => this.#read(text));
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.log += text;
    });
    this.#process.stdin?.on("error", () => {});
    this.exited = new Promise((resolve) => this.#process.once("exit", (code) => resolve(code)));
  }

  send(message: object): void {
    this.#process.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  sendText(text: string): void {
    this.#process.stdin?.write(text);
  }

  endInput(): void {
    this.#process.stdin?.end();
  }

  kill(): void {
    this.#process.kill("SIGKILL");
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#take(line);
    for (const waiter of this.#waiting.filter(({ met }) => met())) {
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      waiter.resolve();
    }
  }

  #take(line: string): void {
    if (!line.startsWith("#")) {
      this.samples.push(parseLine(line));
      return;
    }
    const message = JSON.parse(line.slice(1));
    this.messages.push(message);
    if (message.type !== "batch") return;
    this.batches++;
    if (this.acknowledging) this.send({ type: "ack", n: message.n });
  }

  /** Resolves once the condition holds; says what there was if it never does. */
  async until(what: string, met: () => boolean): Promise<void> {
    if (met()) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`waited for ${what};\n${this.#story()}`)),
        patienceMs,
      );
    });
    const come = new Promise<void>((resolve) => this.#waiting.push({ met, resolve }));
    try {
      await Promise.race([come, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #story(): string {
    const messages = this.messages.filter(({ type }) => type !== "batch").slice(-12);
    const told = messages.map((message) => JSON.stringify(message).slice(0, 400)).join("\n");
    return `${this.samples.length} samples, last messages:\n${told}\n${this.log.slice(-2000)}`;
  }

  async message(
    type: string,
    matching: (message: Message) => boolean = () => true,
  ): Promise<Message> {
    const find = () => this.messages.find((each) => each.type === type && matching(each));
    await this.until(`a message ${type}`, () => find() !== undefined);
    return find();
  }

  online(): Promise<Message> {
    return this.message("state", ({ state }) => state === "online");
  }

  of(key: string): Sample[] {
    return this.samples.filter((sample) => sample.key === key);
  }
}

/** A child in a folder of its own; both are gone when the test is over. */
export async function startChild(context: TestContext, folder?: string): Promise<Child> {
  const home = folder ?? (await temporaryFolder(context));
  const child = new Child(home);
  context.after(async () => {
    child.kill();
    await child.exited;
  });
  return child;
}

export async function temporaryFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "bedplate-opcua-test-"));
  context.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A TCP proxy that can cut, or swallow what passes without closing anything. */
export class CuttingProxy {
  readonly #server: net.Server;
  readonly #target: number;
  readonly #pairs = new Set<[net.Socket, net.Socket]>();
  #refusing = false;
  #swallowing = false;
  port = 0;

  constructor(target: number) {
    this.#target = target;
    this.#server = net.createServer((client) => this.#join(client));
  }

  async start(context: TestContext): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await new Promise((resolve) => this.#server.once("listening", resolve));
    this.port = (this.#server.address() as net.AddressInfo).port;
    context.after(() => {
      this.cut();
      this.#server.close();
    });
  }

  #join(client: net.Socket): void {
    client.on("error", () => {});
    if (this.#refusing) {
      client.resetAndDestroy();
      return;
    }
    const server = net.connect(this.#target, "127.0.0.1");
    const pair: [net.Socket, net.Socket] = [client, server];
    this.#pairs.add(pair);
    const end = () => {
      if (this.#swallowing) return;
      for (const socket of pair) socket.destroy();
      this.#pairs.delete(pair);
    };
    for (const [from, to] of [pair, [server, client] as const]) {
      from.on("data", (chunk) => {
        if (!this.#swallowing) to.write(chunk);
      });
      from.on("error", end);
      from.on("close", end);
    }
  }

  /** Resets all connections, and refuses new ones until `mend`. */
  cut(): void {
    this.#refusing = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
    this.#pairs.clear();
  }

  /** A black hole: connections stand, nothing passes. */
  swallow(): void {
    this.#swallowing = true;
  }

  mend(): void {
    this.#refusing = false;
    if (!this.#swallowing) return;
    this.#swallowing = false;
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
    this.#pairs.clear();
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
