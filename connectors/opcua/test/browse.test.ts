import assert from "node:assert/strict";
import { test } from "node:test";
import { DataType } from "node-opcua-client";
import { standardUnits } from "node-opcua-data-access";
import { type Child, type Message, startChild } from "./harness.ts";
import { configure, type Plant, startPlant } from "./plant.ts";

async function browse(
  child: Child,
  request: object,
): Promise<{ items: Message[]; pages: Message[] }> {
  const id = child.messages.length + 1;
  child.send({ type: "browse", id, ...request });
  await child.message("browsed", (message) => message.id === id && message.more === false);
  const pages = child.messages.filter((message) => message.type === "browsed" && message.id === id);
  return { items: pages.flatMap(({ items }) => items), pages };
}

/** Folders of folders of variables: 8 × 25 × 10 = 2 000 variables. */
function addTree(plant: Plant): void {
  for (let hall = 0; hall < 8; hall++) {
    const folder = plant.namespace.addObject({
      browseName: `Hall${hall}`,
      componentOf: plant.root,
    });
    for (let cell = 0; cell < 25; cell++) {
      const inner = plant.namespace.addObject({ browseName: `Cell${cell}`, componentOf: folder });
      for (let index = 0; index < 10; index++) {
        plant.namespace.addVariable({
          browseName: `V${index}`,
          nodeId: `s=${hall}.${cell}.${index}`,
          componentOf: inner,
          dataType: DataType.Double,
        });
      }
    }
  }
}

test("an address space is walked in pages, each node once", async (context) => {
  const plant = await startPlant(context);
  addTree(plant);
  const child = await startChild(context);
  child.send(configure(plant.url));
  await child.online();
  const { items, pages } = await browse(child, {
    node: "ns=2;s=Plant",
    depth: 9,
    max: 300,
    details: false,
  });
  const variables = items.filter((item) => item.class === "variable" && /^ns=2;s=\d/.test(item.id));
  assert.equal(variables.length, 2_000);
  assert.equal(new Set(items.map((item) => item.id)).size, items.length);
  for (const page of pages) assert.ok(page.items.length <= 300);
  assert.deepEqual(
    pages.map(({ more }) => more),
    [...pages.slice(1).map(() => true), false],
  );
  const one = items.find((item) => item.id === "ns=2;s=3.7.9");
  assert.equal(one?.path, "/2:Hall3/2:Cell7/2:V9");
});

test("a folder of thousands comes whole, through the server's continuation points", async (context) => {
  const plant = await startPlant(context);
  for (let index = 0; index < 3_500; index++) {
    plant.namespace.addVariable({
      browseName: `W${index}`,
      nodeId: `s=W${index}`,
      componentOf: plant.root,
      dataType: DataType.Double,
    });
  }
  const child = await startChild(context);
  child.send(configure(plant.url));
  await child.online();
  const { items } = await browse(child, { path: "/2:Plant", details: false });
  assert.equal(items.filter((item) => item.name.startsWith("W")).length, 3_500);
});

test("what a node is comes with it", async (context) => {
  const plant = await startPlant(context);
  plant.namespace.addAnalogDataItem({
    browseName: "Temperature",
    nodeId: "s=Temperature",
    componentOf: plant.root,
    dataType: DataType.Double,
    engineeringUnits: standardUnits.degree_celsius,
    engineeringUnitsRange: { low: 0, high: 100 },
  });
  const child = await startChild(context);
  child.send(configure(plant.url));
  await child.online();
  const { items } = await browse(child, { path: "/2:Plant" });
  const temperature = items.find((item) => item.name === "Temperature");
  assert.deepEqual(temperature, {
    id: "ns=2;s=Temperature",
    name: "Temperature",
    path: "/2:Plant/2:Temperature",
    parent: "ns=2;s=Plant",
    class: "variable",
    type: "Double",
    history: false,
    unit: "°C",
    children: true,
  });
  const counter = items.find((item) => item.name === "Counter");
  assert.equal(counter?.history, true);
  assert.equal(counter?.type, "Int32");
  const above = await browse(child, {});
  const plantItem = above.items.find((item) => item.id === "ns=2;s=Plant");
  assert.equal(plantItem?.children, true);
  assert.equal(plantItem?.path, "/2:Plant");
});

test("a browse can be cancelled, and a wrong one is told by name", async (context) => {
  const plant = await startPlant(context);
  addTree(plant);
  const child = await startChild(context);
  child.send({ type: "browse", id: 99 });
  child.send(configure(plant.url));
  child.send({ type: "browse", id: 1 });
  const early = await child.message("browsed", ({ id }) => id === 1);
  assert.match(early.error, /not connected/);
  await child.online();
  child.send({ type: "browse", id: 2, depth: 9, max: 10 });
  child.send({ type: "cancel", id: 2 });
  const errors: [object, RegExp][] = [
    [{ node: "ns=2;s=Gone" }, /ns=2;s=Gone: BadNodeIdUnknown/],
    [{ node: "nonsense" }, /node: expected a node id/],
    [{ path: "/2:Plant/2:Gone" }, /BadNoMatch/],
    [{ path: "/2:Plant", node: "i=85" }, /either a node or a path/],
    [{ depth: 0 }, /depth: expected a whole number from 1 to 64/],
  ];
  for (const [request, expected] of errors) {
    const { pages } = await browse(child, request);
    assert.match(pages[0]?.error ?? "", expected);
    assert.deepEqual(pages[0]?.items, []);
  }
  const { items } = await browse(child, { node: "ns=2;s=Plant" });
  assert.ok(items.length >= 9);
  const cancelled = child.messages.filter(({ type, id }) => type === "browsed" && id === 2);
  assert.equal(
    cancelled.some(({ more }) => more === false),
    false,
  );
});
