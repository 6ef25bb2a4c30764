import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { StatusCodes } from "node-opcua-client";
import { CuttingProxy, freePort, pause, startChild, temporaryFolder } from "./harness.ts";
import { configure } from "./plant.ts";

/** A stack that nobody of node-opcua has written; skipped where Python has no asyncua. */
const python = process.env.BEDPLATE_ASYNCUA_PYTHON ?? "python3";
const present = spawnSync(python, ["-c", "import asyncua"]).status === 0;
const skip = present ? false : "asyncua is not installed";

class AsyncuaServer {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly port: number;

  constructor(port: number, folder: string) {
    this.port = port;
    const script = path.join(import.meta.dirname, "asyncua_server.py");
    this.#process = spawn(python, [script, this.url, folder], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    const { stdout } = this.#process;
    if (stdout === null) throw new Error("no standard output");
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  static async start(context: TestContext): Promise<AsyncuaServer> {
    const server = new AsyncuaServer(await freePort(), await temporaryFolder(context));
    context.after(() => server.#process.kill("SIGKILL"));
    assert.equal((await server.#lines.next()).value, "ready");
    return server;
  }

  get url(): string {
    return `opc.tcp://127.0.0.1:${this.port}`;
  }

  async tick(count: number): Promise<void> {
    this.command(`tick ${count}`);
    await this.#lines.next();
  }

  command(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }
}

const counter = { k: "1", id: "nsu=urn:bedplate:asyncua;s=Counter" };

test("asyncua: values, types and status codes", { skip }, async (context) => {
  const server = await AsyncuaServer.start(context);
  const child = await startChild(context);
  const nodes = [
    counter,
    { k: "2", path: "/2:Plant/2:Wide" },
    { k: "3", path: "/2:Plant/2:Row", element: "1" },
    { k: "4", path: "/2:Plant/2:Name" },
    { k: "5", path: "/2:Plant/2:Row" },
    { k: "6", path: "/2:Plant/2:Gone" },
  ];
  child.send(configure(server.url, {}, nodes));
  await child.until("four nodes", () => new Set(child.samples.map(({ key }) => key)).size >= 4);
  assert.equal(child.of("2")[0]?.value, "9223372036854775807i");
  assert.equal(child.of("3")[0]?.value, "2.5");
  assert.equal(child.of("4")[0]?.value, '"filler"');
  const { failed } = await child.message("nodes", (message) => message.failed !== undefined);
  assert.deepEqual(failed.map(({ k }: { k: string }) => k).sort(), ["5", "6"]);
  server.command("bad");
  await child.until("a bad status", () => child.of("1").some(({ quality }) => quality !== 0));
  assert.equal(child.of("1").at(-1)?.quality, StatusCodes.BadSensorFailure.value);
});

test("asyncua: a break is closed from history", { skip }, async (context) => {
  const server = await AsyncuaServer.start(context);
  const proxy = new CuttingProxy(server.port);
  await proxy.start(context);
  const child = await startChild(context);
  const url = `opc.tcp://127.0.0.1:${proxy.port}`;
  child.send(configure(url, {}, [{ ...counter, queue: 2 }]));
  await child.online();
  await child.until("the first value", () => child.samples.length > 0);
  await server.tick(20);
  const has = (number: number) => () => child.of("1").some(({ value }) => value === `${number}i`);
  await child.until("the last before the break", has(20));
  proxy.cut();
  await child.message("state", ({ state }) => state === "failing");
  await server.tick(500);
  await pause(500);
  proxy.mend();
  await child.message("history", ({ samples }) => samples >= 500);
  await server.tick(1);
  await child.until("the last", has(521));
  for (let number = 20; number <= 521; number++) assert.ok(has(number)(), `${number} is missing`);
});

test("asyncua: browsing", { skip }, async (context) => {
  const server = await AsyncuaServer.start(context);
  const child = await startChild(context);
  child.send(configure(server.url));
  await child.online();
  child.send({ type: "browse", id: 1, path: "/2:Plant" });
  const { items } = await child.message("browsed", ({ more }) => !more);
  assert.deepEqual(
    items.map(({ name, type }: { name: string; type: string }) => [name, type]).sort(),
    [
      ["Counter", "Int64"],
      ["Name", "String"],
      ["Row", "Double"],
      ["Wide", "Int64"],
    ],
  );
});

test("asyncua: every policy, once its certificate is trusted", { skip }, async (context) => {
  const server = await AsyncuaServer.start(context);
  const pki = path.join(await temporaryFolder(context), "pki");
  const offered = [
    { mode: "Sign", policy: "Basic256Sha256" },
    { mode: "SignAndEncrypt", policy: "Basic256Sha256" },
    { mode: "SignAndEncrypt", policy: "Aes128_Sha256_RsaOaep" },
    { mode: "SignAndEncrypt", policy: "Aes256_Sha256_RsaPss" },
  ];
  for (const [index, security] of offered.entries()) {
    const child = await startChild(context);
    child.send({ ...configure(server.url, { security }, [counter]), pki });
    if (index === 0) {
      const { thumbprint } = await child.message("certificate");
      child.send({ type: "trust", thumbprint, verdict: "trusted" });
    }
    await child.until(`a value by ${security.policy}`, () => child.samples.length > 0);
    child.kill();
  }
});
