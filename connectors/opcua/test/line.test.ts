import assert from "node:assert/strict";
import { test } from "node:test";
import { DataType, VariantArrayType } from "node-opcua-client";
import { formatFloat, formatTime, formatValue, joinInt64 } from "../src/line.ts";
import { seeded } from "../src/packaging_line.ts";

const scalar = VariantArrayType.Scalar;

function scalarOf(dataType: DataType, value: unknown) {
  return formatValue({ dataType, arrayType: scalar, value });
}

test("times are exact nanoseconds", () => {
  assert.equal(formatTime(1_764_000_000_123, 0), "1764000000123000000");
  assert.equal(formatTime(1_764_000_000_123, 456_700_000), "1764000000123456700");
  assert.equal(formatTime(1_764_000_000_123, 999_999_990), "1764000000123999999");
  assert.equal(formatTime(1, 0), "1000000");
  assert.equal(formatTime(0, 100_000), "100");
  assert.equal(formatTime(-1, 0), "-1000000");
  assert.equal(formatTime(253_402_300_799_000, 0), "253402300799000000000");
});

test("times read back as what they were", () => {
  const random = seeded(5);
  for (let round = 0; round < 2_000; round++) {
    const timeMs = Math.floor((random() - 0.1) * 4e12);
    const ticks = Math.floor(random() * 10_000);
    const text = formatTime(timeMs, ticks * 100_000);
    assert.equal(
      BigInt(text),
      BigInt(timeMs) * 1_000_000n + BigInt(ticks * 100),
      `${timeMs} ${ticks}`,
    );
  }
});

test("64-bit integers are joined exactly", () => {
  const random = seeded(6);
  for (let round = 0; round < 2_000; round++) {
    const high = Math.floor(random() * 2 ** 32);
    const low = Math.floor(random() * 2 ** 32);
    const unsigned = (BigInt(high) << 32n) + BigInt(low);
    assert.equal(joinInt64([high, low], false), unsigned);
    assert.equal(joinInt64([high, low], true), BigInt.asIntN(64, unsigned));
    assert.equal(joinInt64([high | 0, low | 0], false), unsigned);
  }
});

test("a float is the shortest decimal that is the same float", () => {
  assert.equal(formatFloat(Math.fround(0.1)), "0.1");
  assert.equal(formatFloat(Math.fround(21.37)), "21.37");
  assert.equal(formatFloat(16777217), "16777217");
  const random = seeded(7);
  const bits = new DataView(new ArrayBuffer(4));
  for (let round = 0; round < 5_000; round++) {
    bits.setUint32(0, Math.floor(random() * 2 ** 32));
    const value = bits.getFloat32(0);
    if (!Number.isFinite(value)) continue;
    const text = formatFloat(value);
    assert.ok(Object.is(Math.fround(Number(text)), value), `${value} as ${text}`);
  }
});

test("a text is quoted so that it reads back, whatever is in it", () => {
  const texts = ["", '"', "\\", '\\"', "a\nb", "#{}", "läuft", "a b,c=d", "\\n"];
  for (const text of texts) {
    const line = scalarOf(DataType.String, text);
    assert.ok(typeof line === "string");
    assert.match(line, /^"(?:[^"\\]|\\["\\])*"$/s);
    assert.equal(line.slice(1, -1).replace(/\\(["\\])/g, "$1"), text);
  }
});

test("what is too long for a line is refused", () => {
  const fits = scalarOf(DataType.String, "x".repeat(60_000));
  assert.ok(typeof fits === "string");
  for (const text of ["x".repeat(66_000), "ä".repeat(40_000), '"'.repeat(40_000)]) {
    const refusal = scalarOf(DataType.String, text);
    assert.ok(typeof refusal === "object");
    assert.equal(refusal.code, "line-too-long");
    assert.ok(refusal.payload.length <= 256);
  }
});

test("there is no value in null, whatever its type", () => {
  assert.equal(scalarOf(DataType.Null, null), undefined);
  assert.equal(scalarOf(DataType.String, null), undefined);
  assert.equal(scalarOf(DataType.LocalizedText, { text: null }), undefined);
});

test("an element is one value of an array, an array is none", () => {
  const array = { dataType: DataType.Double, arrayType: VariantArrayType.Array };
  assert.equal(formatValue({ ...array, value: new Float64Array([2.5]) }, "7"), "2.5");
  assert.equal(formatValue({ ...array, value: new Float64Array([1, 2.5]) }, "1"), "2.5");
  const refused: [number[], string | undefined][] = [
    [[2.5], undefined],
    [[1, 2], "2"],
    [[1, 2, 3, 4], "1,1"],
    [[], "0"],
  ];
  for (const [value, element] of refused) {
    const refusal = formatValue({ ...array, value: Float64Array.from(value) }, element);
    assert.ok(typeof refusal === "object");
    assert.equal(refusal.code, "unsupported-type");
  }
  const wide = { dataType: DataType.Int64, arrayType: VariantArrayType.Array, value: [[1, 0]] };
  assert.equal(formatValue(wide, "3"), "4294967296i");
});
