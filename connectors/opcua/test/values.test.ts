import assert from "node:assert/strict";
import { test } from "node:test";
import { DataType, DataValue, StatusCodes, Variant, VariantArrayType } from "node-opcua-client";
import { startChild } from "./harness.ts";
import { configure, setDataValue, startPlant } from "./plant.ts";

const scalar = VariantArrayType.Scalar;

test("each type arrives as what it is, exactly", async (context) => {
  const plant = await startPlant(context);
  const given: [DataType, unknown, string][] = [
    [DataType.Double, 0.1, "0.1"],
    [DataType.Double, 1e300, "1e+300"],
    [DataType.Double, -0, "-0.0"],
    [DataType.Float, 0.1, "0.1"],
    [DataType.Boolean, true, "t"],
    [DataType.SByte, -128, "-128i"],
    [DataType.UInt32, 4294967295, "4294967295i"],
    [DataType.Int64, [0x7fffffff, 0xffffffff], "9223372036854775807i"],
    [DataType.Int64, [0x80000000, 0], "-9223372036854775808i"],
    [DataType.Int64, [0x00200000, 1], "9007199254740993i"],
    [DataType.UInt64, [0xffffffff, 0xffffffff], "18446744073709551615u"],
    [DataType.UInt64, [0, 7], "7i"],
    [DataType.String, 'a"b\\c', '"a\\"b\\\\c"'],
    [DataType.LocalizedText, { text: "läuft" }, '"läuft"'],
    [DataType.DateTime, new Date("2026-03-01T16:00:00.5Z"), '"2026-03-01T16:00:00.500Z"'],
  ];
  given.forEach(([type, value], index) => {
    plant.add(`V${index}`, type, value);
  });
  const child = await startChild(context);
  const nodes = given.map((_, index) => ({ k: String(index), id: `ns=2;s=V${index}` }));
  child.send(configure(plant.url, {}, nodes));
  await child.until("all values", () => child.samples.length >= given.length);
  given.forEach(([, , line], index) => {
    assert.equal(child.of(String(index))[0]?.value, line);
  });
});

test("source times are kept to 100 ns and status codes to the bit", async (context) => {
  const plant = await startPlant(context);
  const node = plant.add("Probe", DataType.Double, 0);
  const child = await startChild(context);
  child.send(configure(plant.url, {}, [{ k: "7", id: "ns=2;s=Probe" }]));
  await child.until("the first value", () => child.samples.length > 0);
  const time = new Date("2026-03-01T16:00:00.123Z");
  const codes = [
    StatusCodes.UncertainLastUsableValue,
    StatusCodes.BadSensorFailure,
    StatusCodes.GoodLocalOverride,
    StatusCodes.BadNotConnected,
  ];
  for (const [index, code] of codes.entries()) {
    const value = new Variant({ dataType: DataType.Double, value: index + 1 });
    const times = { sourceTimestamp: time, sourcePicoseconds: 456_700_000 };
    setDataValue(node, new DataValue({ value, statusCode: code, ...times }));
  }
  await child.until("four more", () => child.samples.length >= 5);
  assert.deepEqual(
    child.samples.slice(1).map(({ value, quality, timeNs }) => ({ value, quality, timeNs })),
    codes.map((code, index) => ({
      value: String(index + 1),
      quality: code.value,
      timeNs: 1772380800123456700n,
    })),
  );
});

test("a bad status without a value is a quality, a good one is refused", async (context) => {
  const plant = await startPlant(context);
  const node = plant.add("Probe", DataType.Double, 1);
  const child = await startChild(context);
  child.send(configure(plant.url, {}, [{ k: "7", id: "ns=2;s=Probe" }]));
  await child.until("the first value", () => child.samples.length > 0);
  const none = new Variant({ dataType: DataType.Null, arrayType: scalar, value: null });
  const notANumber = new Variant({ dataType: DataType.Double, value: Number.NaN });
  node.setValueFromSource(none, StatusCodes.BadNoCommunication, new Date());
  node.setValueFromSource(notANumber, StatusCodes.BadSensorFailure, new Date());
  await child.until("two more", () => child.samples.length >= 3);
  assert.equal(child.samples[1]?.value, undefined);
  assert.equal(child.samples[1]?.quality, StatusCodes.BadNoCommunication.value);
  assert.equal(child.samples[2]?.value, undefined);
  node.setValueFromSource(notANumber, StatusCodes.Good, new Date());
  const refused = await child.message("refused");
  assert.equal(refused.code, "not-a-number");
  assert.equal(refused.place, "ns=2;s=Probe");
});

test("what is no sample is refused by name, its neighbours are not", async (context) => {
  const plant = await startPlant(context);
  plant.add("Good", DataType.Double, 1);
  plant.add("Blob", DataType.ByteString, Buffer.from("abc"));
  plant.add("Row", DataType.Double, new Float64Array([1, 2, 3]), VariantArrayType.Array);
  const child = await startChild(context);
  child.send(
    configure(plant.url, {}, [
      { k: "1", id: "ns=2;s=Good" },
      { k: "2", id: "ns=2;s=Blob" },
      { k: "3", id: "ns=2;s=Row" },
      { k: "4", id: "ns=2;s=Row", element: "1" },
      { k: "5", id: "ns=2;s=Nowhere" },
      { k: "6", id: "ns=2;s=Plant" },
      { k: "7", id: "nsu=urn:nobody;s=Good" },
      { k: "8", id: "no id" },
      { k: "9", path: "/2:Plant/2:Gone" },
      { k: "10", path: "/2:Plant/2:Good" },
      { k: "11", id: "i=2256" },
    ]),
  );
  await child.until("the good ones", () => child.of("1").length > 0 && child.of("10").length > 0);
  await child.until("the element", () => child.of("4").length > 0);
  assert.equal(child.of("4")[0]?.value, "2");
  await child.until("all failures", () => failures(child.messages).size >= 7);
  const reasons = failures(child.messages);
  assert.match(reasons.get("2") ?? "", /ByteString/);
  assert.match(reasons.get("3") ?? "", /array.*element/);
  assert.equal(reasons.get("5"), "BadNodeIdUnknown");
  assert.match(reasons.get("6") ?? "", /Object, not a Variable/);
  assert.match(reasons.get("7") ?? "", /no namespace urn:nobody/);
  assert.match(reasons.get("8") ?? "", /expected a node id.*got "no id"/);
  assert.equal(reasons.get("9"), "BadNoMatch");
  assert.match(reasons.get("11") ?? "", /structure/);
  assert.equal(
    child.samples.some(({ key }) => reasons.has(key)),
    false,
  );
});

function failures(messages: { type: string; failed?: { k: string; reason: string }[] }[]) {
  const all = messages.flatMap(({ type, failed }) => (type === "nodes" ? (failed ?? []) : []));
  return new Map(all.map(({ k, reason }) => [k, reason]));
}

test("a deadband holds back what is smaller, and only where there is one", async (context) => {
  const plant = await startPlant(context);
  const still = plant.add("Still", DataType.Double, 0);
  const text = plant.add("Text", DataType.String, "a");
  const child = await startChild(context);
  child.send(
    configure(plant.url, { deadband: { absolute: 1 } }, [
      { k: "1", id: "ns=2;s=Still" },
      { k: "2", id: "ns=2;s=Text" },
    ]),
  );
  await child.until("both", () => child.of("1").length > 0 && child.of("2").length > 0);
  for (const value of [0.5, 0.9, 2, 2.5, 3.5]) {
    still.setValueFromSource(new Variant({ dataType: DataType.Double, value }));
  }
  text.setValueFromSource(new Variant({ dataType: DataType.String, value: "b" }));
  await child.until("the last", () => child.of("1").at(-1)?.value === "3.5");
  await child.until("the text", () => child.of("2").at(-1)?.value === '"b"');
  assert.deepEqual(
    child.of("1").map(({ value }) => value),
    ["0", "2", "3.5"],
  );
});

test("a queue that ran over is told", async (context) => {
  const plant = await startPlant(context);
  const node = plant.add("Fast", DataType.Double, 0);
  const child = await startChild(context);
  child.send(configure(plant.url, { publishing: 2000 }, [{ k: "1", id: "ns=2;s=Fast", queue: 2 }]));
  await child.until("the first value", () => child.samples.length > 0);
  for (let value = 1; value <= 10; value++) {
    node.setValueFromSource(new Variant({ dataType: DataType.Double, value }));
  }
  const lost = await child.message("lost");
  assert.equal(lost.k, "1");
  assert.equal(lost.reason, "queue overflow");
  assert.ok(lost.count >= 1);
});

test("nodes come and go without a restart", async (context) => {
  const plant = await startPlant(context);
  plant.add("A", DataType.Double, 1);
  const b = plant.add("B", DataType.Double, 2);
  const child = await startChild(context);
  child.send(configure(plant.url, {}, [{ k: "1", id: "ns=2;s=B" }]));
  await child.until("B", () => child.of("1").length === 1);
  child.send({
    type: "nodes",
    add: [
      { k: "2", id: "ns=2;s=A" },
      { k: "3", id: "ns=2;s=C" },
    ],
    remove: ["1"],
  });
  await child.until("A", () => child.of("2").length === 1);
  await child.message("nodes", ({ failed }) => failed?.[0]?.k === "3");
  b.setValueFromSource(new Variant({ dataType: DataType.Double, value: 3 }));
  child.send({ type: "nodes", add: [{ k: "1", id: "ns=2;s=A" }] });
  await child.until("A again", () => child.of("1").length === 2);
  assert.deepEqual(
    child.of("1").map(({ value }) => value),
    ["2", "1"],
  );
  child.send({ type: "stop" });
  assert.equal(await child.exited, 0);
  assert.equal(child.messages.at(-1)?.type, "bye");
});

test("a server that takes little at once is asked for little at once", async (context) => {
  const plant = await startPlant(context, { mostInRequest: 3 });
  const nodes = Array.from({ length: 40 }, (_, index) => {
    plant.add(`N${index}`, DataType.Double, index);
    return {
      k: String(index),
      ...(index % 2 ? { id: `ns=2;s=N${index}` } : { path: `/2:Plant/2:N${index}` }),
    };
  });
  const child = await startChild(context);
  child.send(configure(plant.url, {}, nodes));
  await child.until("all values", () => child.samples.length >= nodes.length);
  for (const { k } of nodes) assert.equal(child.of(k)[0]?.value, k);
  child.send({ type: "browse", id: 1, path: "/2:Plant" });
  const { items, error } = await child.message("browsed", ({ more }) => !more);
  assert.equal(error, undefined);
  assert.equal(items.length, 41);
});
