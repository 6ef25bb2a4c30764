import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { AttributeIds, DataType, OPCUAClient } from "node-opcua-client";
import { type Simulator, type SimulatorOptions, startSimulator } from "../src/simulate.ts";
import { Child, freePort, startChild, temporaryFolder } from "./harness.ts";
import { configure } from "./plant.ts";

async function start(
  context: TestContext,
  more: Partial<SimulatorOptions> = {},
): Promise<{ simulator: Simulator; url: string }> {
  const port = await freePort();
  const still = { loadNodes: 0, ratePerSecond: 0, loadAfterMs: 0, user: undefined };
  const simulator = await startSimulator({ port, seed: 1, intervalMs: 50, ...still, ...more });
  context.after(() => simulator.stop());
  return { simulator, url: `opc.tcp://127.0.0.1:${port}` };
}

test("the line arrives, and a written fault stops its machine", async (context) => {
  const { url } = await start(context);
  const child = await startChild(context);
  child.send(
    configure(url, {}, [
      { k: "1", path: "/2:Line/2:Filler/2:State" },
      { k: "2", path: "/2:Line/2:Filler/2:PiecesOut" },
      { k: "3", path: "/2:Line/2:Filler/2:Temperature", deadband: { percent: 1 } },
    ]),
  );
  await child.until("pieces", () => child.of("2").length > 3);
  await child.until("a temperature", () => child.of("3").length > 0);
  const clientCertificateManager = new OPCUACertificateManager({
    rootFolder: await temporaryFolder(context),
    disableFileWatchers: true,
    keySize: 2048,
  });
  const client = OPCUAClient.create({ endpointMustExist: false, clientCertificateManager });
  await client.withSessionAsync(url, async (session) => {
    const status = await session.write({
      nodeId: "ns=2;s=Line.Filler.Fault",
      attributeId: AttributeIds.Value,
      value: { value: { dataType: DataType.Boolean, value: true } },
    });
    assert.ok(status.isGood());
  });
  await child.until("the fault", () => child.of("1").at(-1)?.value === "9i");
});

test("what the simulator has set is what arrives, in number and sum", async (context) => {
  const { simulator, url } = await start(context, {
    loadNodes: 500,
    ratePerSecond: 10,
    loadAfterMs: 8_000,
  });
  const child = await startChild(context);
  const nodes = Array.from({ length: 500 }, (_, index) => ({
    k: String(index),
    id: `ns=2;s=Load.${index}`,
  }));
  child.send(configure(url, { history: false }, nodes));
  await child.online();
  const values = () => child.samples.filter(({ value }) => value !== undefined);
  await child.until("a good many", () => values().length > 5_000);
  await simulator.stop();
  const { count, sum } = simulator.load;
  await child.until("the last", () => values().length >= count);
  assert.equal(values().length, count);
  const thousandths = values().map(({ value }) => Math.round(Number(value) * 1000));
  assert.equal(
    thousandths.reduce((total, each) => total + each, 0),
    sum,
  );
});

test("wrong arguments are named", async (context) => {
  const folder = await temporaryFolder(context);
  const wrong: [string[], RegExp][] = [
    [["simulate", "--port", "x"], /--port: expected a whole number from 0 to 65535, got x/],
    [["simulate", "--colour"], /colour/],
    [["serve"], /usage: bedplate-opcua/],
  ];
  for (const [args, expected] of wrong) {
    const child = new Child(folder, args);
    assert.equal(await child.exited, 64);
    assert.match(child.log, expected);
  }
});
