import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { type Child, CuttingProxy, pause, startChild, temporaryFolder } from "./harness.ts";
import { configure, type Plant, startPlant } from "./plant.ts";

const counter = { k: "1", id: "ns=2;s=Counter" };
const everyMs = 20;
const keepAliveMs = 5_000;

async function throughProxy(context: TestContext, plant: Plant): Promise<CuttingProxy> {
  const proxy = new CuttingProxy(plant.port);
  await proxy.start(context);
  return proxy;
}

/** The law: of all numbers up to the last none is missing. Duplicates cost the historian nothing. */
function assertWhole(child: Child, from = 1): void {
  const seen = new Set(child.of("1").map(({ value }) => Number.parseInt(value ?? "", 10)));
  const last = Math.max(...seen);
  const missing: number[] = [];
  for (let number = from; number <= last; number++) if (!seen.has(number)) missing.push(number);
  assert.deepEqual(missing, [], `of ${last}, seen ${seen.size}`);
}

/** The same number never comes with two times: history and subscription agree. */
function assertOneTimeEach(child: Child): void {
  const times = new Map<string, bigint>();
  for (const { value = "", timeNs } of child.of("1")) {
    assert.equal(times.get(value) ?? timeNs, timeNs, `${value} has two times`);
    times.set(value, timeNs);
  }
}

const reaches = (child: Child, number: number) => () =>
  child.of("1").some(({ value }) => Number.parseInt(value ?? "", 10) >= number);

test("a connection that is cut leaves no hole where the server has history", async (context) => {
  const plant = await startPlant(context);
  const proxy = await throughProxy(context, plant);
  const child = await startChild(context);
  child.send(configure(`opc.tcp://127.0.0.1:${proxy.port}`, {}, [{ ...counter, queue: 2 }]));
  await child.online();
  await child.until("the first value", () => child.samples.length > 0);
  plant.ticking(context, everyMs);
  for (let round = 0; round < 2; round++) {
    await child.until("some values", reaches(child, plant.count + 20));
    proxy.cut();
    await child.message("state", ({ state }) => state === "failing");
    await pause(1_500);
    child.messages.length = 0;
    proxy.mend();
    await child.online();
  }
  await child.message("history", ({ samples }) => samples > 0);
  await child.until("what came after", reaches(child, plant.count + 10));
  await child.until("history again", () => child.messages.some(({ type }) => type === "history"));
  assertWhole(child);
  assertOneTimeEach(child);
});

test("a black hole is noticed and filled", async (context) => {
  const plant = await startPlant(context);
  const proxy = await throughProxy(context, plant);
  const child = await startChild(context);
  child.send(configure(`opc.tcp://127.0.0.1:${proxy.port}`, {}, [{ ...counter, queue: 2 }]));
  await child.online();
  await child.until("the first value", () => child.samples.length > 0);
  plant.ticking(context, everyMs);
  await child.until("some values", reaches(child, 20));
  proxy.swallow();
  await child.message("state", ({ state }) => state === "failing");
  child.messages.length = 0;
  proxy.mend();
  await child.online();
  await child.message("history", ({ samples }) => samples > 0);
  await child.until("what came after", reaches(child, plant.count + 10));
  assertWhole(child);
});

test("a subscription that outlives the connection brings what its queue held", async (context) => {
  const plant = await startPlant(context);
  const proxy = await throughProxy(context, plant);
  const child = await startChild(context);
  const node = { ...counter, queue: 1000 };
  child.send(configure(`opc.tcp://127.0.0.1:${proxy.port}`, { history: false }, [node]));
  await child.online();
  await child.until("the first value", () => child.samples.length > 0);
  plant.ticking(context, everyMs);
  await child.until("some values", reaches(child, 20));
  proxy.cut();
  await child.message("state", ({ state }) => state === "failing");
  await pause(1_000);
  proxy.mend();
  await child.until("what came after", reaches(child, plant.count + 50));
  assertWhole(child);
});

test("what was sent after a keep-alive and lost on its way is asked for again", async (context) => {
  const plant = await startPlant(context);
  const proxy = await throughProxy(context, plant);
  const child = await startChild(context);
  child.send(configure(`opc.tcp://127.0.0.1:${proxy.port}`, { history: false }, [counter]));
  await child.online();
  await child.until("the first value", () => child.samples.length > 0);
  await pause(keepAliveMs + 1_000);
  proxy.swallow();
  plant.tick();
  await pause(500);
  plant.tick();
  await pause(500);
  proxy.mend();
  await child.until("the second value", reaches(child, 2));
  assertWhole(child);
});

test("a subscription is transferred to a new session where the old one is gone", async (context) => {
  const plant = await startPlant(context, { user: { name: "reader", password: "word" } });
  const proxy = await throughProxy(context, plant);
  const child = await startChild(context);
  const node = { ...counter, queue: 1000 };
  const security = { mode: "None", plain_password: true };
  const settings = { history: false, security, user: { name: "reader" } };
  const message = configure(`opc.tcp://127.0.0.1:${proxy.port}`, settings, [node]);
  child.send({ ...message, secrets: { password: "word" } });
  await child.online();
  await child.until("the first value", () => child.samples.length > 0);
  plant.ticking(context, everyMs);
  await child.until("some values", reaches(child, 20));
  proxy.cut();
  await child.message("state", ({ state }) => state === "failing");
  plant.endSessions();
  await pause(1_000);
  proxy.mend();
  await child.until("what came after", reaches(child, plant.count + 50));
  assertWhole(child);
});

test("after a restart of the server the same nodes flow again", async (context) => {
  const folder = await temporaryFolder(context);
  const first = await startPlant(context, { folder });
  const child = await startChild(context);
  child.send(configure(first.url, {}, [counter]));
  await child.online();
  await child.until("the first value", () => child.samples.length > 0);
  await first.stop();
  await child.message("state", ({ state }) => state === "failing");
  child.messages.length = 0;
  child.samples.length = 0;
  const second = await startPlant(context, { folder, port: first.port });
  await child.online();
  second.count = 1000;
  second.tick();
  await child.until("a value of the new server", reaches(child, 1001));
});

test("a connector that starts again reads from where the historian is", async (context) => {
  const plant = await startPlant(context);
  const startMs = Date.now() - 30_000;
  for (let number = 0; number < 2_500; number++) plant.tick(startMs + number);
  const child = await startChild(context);
  const resume = new Date(Date.now() - 60_000).toISOString();
  child.send(configure(plant.url, {}, [{ ...counter, resume }]));
  await child.online();
  const history = await child.message("history");
  await child.until("all of history", () => child.samples.length >= history.samples);
  assert.ok(history.samples >= 2_500);
  assertWhole(child);
});

test("a server that is not there yet is waited for", async (context) => {
  const folder = await temporaryFolder(context);
  const plant = await startPlant(context, { folder });
  await plant.stop();
  const child = await startChild(context);
  child.send(configure(plant.url, {}, [counter]));
  const failing = await child.message("state", ({ state }) => state === "failing");
  assert.match(failing.detail, /ECONNREFUSED|cannot be established/);
  assert.equal(failing.permanent, false);
  assert.ok(failing.retry_ms > 0);
  await startPlant(context, { folder, port: plant.port });
  await child.until("a value", () => child.samples.length > 0);
});

test("a reader that does not acknowledge stops the flow, and loses nothing when it does", async (context) => {
  const plant = await startPlant(context);
  const child = await startChild(context);
  child.acknowledging = false;
  const message = configure(plant.url, {}, [{ ...counter, queue: 10_000 }]);
  child.send({ ...message, window: 2, batch_samples: 10 });
  await child.online();
  await child.until("the first value", () => child.samples.length > 0);
  plant.ticking(context, 2);
  await child.until("the window is full", () => child.batches === 2);
  await pause(1_500);
  assert.equal(child.batches, 2);
  child.acknowledging = true;
  child.send({ type: "ack", n: 2 });
  await child.until("what was held", reaches(child, plant.count));
  assertWhole(child);
});
