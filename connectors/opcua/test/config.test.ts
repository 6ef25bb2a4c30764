import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDuration, suggest } from "../src/checked.ts";
import { formatFault, readConfigure } from "../src/config.ts";
import { startChild } from "./harness.ts";

const least = { type: "configure", source: "press", config: { url: "opc.tcp://10.0.0.5:4840" } };

function faultsOf(message: object): string[] {
  return readConfigure({ ...least, ...message }).faults.map(formatFault);
}

test("the least configuration is secure", () => {
  const { config, faults } = readConfigure(least);
  assert.deepEqual(faults, []);
  assert.equal(config.mode, "SignAndEncrypt");
  assert.equal(config.policy, "Basic256Sha256");
  assert.equal(config.user.kind, "anonymous");
  assert.equal(config.plainPassword, false);
  assert.equal(config.history, true);
});

test("every fault is told at once, with place, expectation and what came", () => {
  const faults = faultsOf({
    source: "Press 1",
    window: -1,
    config: {
      url: "http://10.0.0.5",
      samplng: "1s",
      security: { mode: "Sign", policy: "Basic128Rsa15" },
      deadband: { absolute: 1, percent: 101 },
      history: "yes",
      publishing: "1 fortnight",
      user: { name: "reader" },
    },
  });
  assert.deepEqual(faults.sort(), [
    "config.deadband.percent: expected a number from 0 to 100, got 101",
    'config.history: expected true or false, got "yes"',
    'config.publishing: expected a duration from 10 ms to 60000 ms, as 250ms or 1s, got "1 fortnight"',
    'config.samplng: expected "sampling", got an unknown key',
    'config.security.policy: expected one of None, Basic256Sha256, Aes128_Sha256_RsaOaep, Aes256_Sha256_RsaPss, got "Basic128Rsa15"',
    'config.url: expected an address as opc.tcp://10.0.0.5:4840, got "http://10.0.0.5"',
    "secrets.password: expected a password, got nothing",
    'source: expected a name of a-z, 0-9 and -, got "Press 1"',
    "window: expected a whole number from 0 to 1024, got -1",
  ]);
});

test("a secret is not shown, however wrong it is", () => {
  const config = { url: least.config.url, user: { certificate: "user.pem" } };
  for (const secrets of [{ key: "hush" }, { key: ["hush"] }, "hush", ["hush"]]) {
    const faults = faultsOf({ config, secrets });
    assert.match(faults.join(), /secrets/);
    assert.doesNotMatch(faults.join(), /hush/);
  }
});

test("mode and policy agree", () => {
  const url = least.config.url;
  assert.equal(faultsOf({ config: { url, security: { mode: "None" } } }).length, 0);
  assert.match(faultsOf({ config: { url, security: { policy: "None" } } })[0] ?? "", /policy/);
  const odd = { mode: "None", policy: "Basic256Sha256" };
  assert.match(faultsOf({ config: { url, security: odd } })[0] ?? "", /None, as mode is None/);
});

test("addresses are read strictly", () => {
  const good = [
    "opc.tcp://h",
    "opc.tcp://h:1/a/b",
    "opc.tcp://[::1]:4840",
    "opc.tcp://a.b-c:4840/",
  ];
  const bad = [
    "",
    "h:4840",
    "opc.tcp://",
    "opc.tcp://h:",
    "opc.tcp://a b",
    "opc.tcp://h:port",
    "OPC.TCP://h",
  ];
  for (const url of good) assert.deepEqual(faultsOf({ config: { url } }), [], url);
  for (const url of bad) assert.equal(faultsOf({ config: { url } }).length, 1, url);
});

test("a node that cannot be costs itself", () => {
  const { config, failed, faults } = readConfigure({
    ...least,
    nodes: [
      {
        k: "1",
        id: "ns=2;s=Temp",
        sampling: "1s",
        deadband: { absolute: 0.5 },
        resume: "2026-03-01T16:00:00Z",
      },
      { k: "2", id: "Temp" },
      { k: "3" },
      { k: "4", path: "Line" },
      { k: "5", path: "/2:Line", element: "x" },
      { k: "1", id: "i=85" },
      { k: "6", id: "i=85", sampling: -1 },
      { k: "7", id: "i=85", resume: "yesterday" },
      { k: "8", path: "/2:Line/2:A&/B" },
    ],
  });
  assert.deepEqual(faults, []);
  assert.deepEqual(
    config.nodes.map(({ key }) => key),
    ["1", "8"],
  );
  assert.deepEqual(
    failed.map(({ k }) => k),
    ["2", "3", "4", "5", "1", "6", "7"],
  );
  assert.equal(config.nodes[0]?.watch.samplingMs, 1000);
  assert.equal(config.nodes[0]?.resumeMs, Date.UTC(2026, 2, 1, 16));
});

test("nodes without a key are faults of the message", () => {
  assert.match(
    faultsOf({ nodes: [{ id: "i=85" }] })[0] ?? "",
    /^nodes\[0\]: expected a node with a key/,
  );
  assert.match(faultsOf({ nodes: "all" })[0] ?? "", /^nodes: expected a list/);
});

test("durations", () => {
  assert.equal(parseDuration("250ms"), 250);
  assert.equal(parseDuration("1.5s"), 1500);
  assert.equal(parseDuration("7d"), 604_800_000);
  assert.equal(parseDuration(20), 20);
  for (const bad of ["", "5", "-1s", "1 m", "s", Number.NaN, -1, null, {}]) {
    assert.equal(parseDuration(bad), undefined, String(bad));
  }
});

test("a suggestion is near or none", () => {
  assert.equal(suggest("publishng", ["sampling", "publishing"]), "publishing");
  assert.equal(suggest("colour", ["sampling", "publishing"]), undefined);
});

test("a faulty configuration ends the program with its faults", async (context) => {
  const child = await startChild(context);
  child.sendText('{"secrets":{"password":"hush"},}\n[1]\n');
  child.send({ type: "browse", id: 1 });
  child.send({ type: "configure", source: "x", config: {} });
  assert.equal(await child.exited, 2);
  const state = await child.message("state");
  assert.equal(state.permanent, true);
  assert.deepEqual(state.faults, [
    "config.url: expected an address as opc.tcp://10.0.0.5:4840, got nothing",
  ]);
  assert.match(child.log, /not JSON at position \d+/);
  assert.doesNotMatch(child.log, /hush/);
  assert.match(child.log, /not an object with a type/);
  assert.match(child.log, /browse: expected configure first/);
  assert.equal(child.messages.at(-1)?.type, "bye");
});

test("the end of input ends the program", async (context) => {
  const child = await startChild(context);
  await child.message("hello");
  child.endInput();
  assert.equal(await child.exited, 0);
});
