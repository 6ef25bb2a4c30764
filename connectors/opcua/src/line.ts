import { DataType, VariantArrayType } from "node-opcua-client";

/** Why a value cannot be a sample. */
export interface Refusal {
  code: "unsupported-type" | "not-a-number" | "no-value" | "line-too-long";
  reason: string;
  payload: string;
}

/** What of a Variant decides how it is written. */
export interface PlainVariant {
  dataType: DataType;
  arrayType: VariantArrayType;
  // biome-ignore lint/suspicious/noExplicitAny: node-opcua's own type for what a Variant holds.
  value: any;
}

/** A line may have at most this many bytes (docs/formats/exec-source.md). */
const longestLineBytes = 64 * 1024;
const shownCharacters = 256;
const maxInt64 = 2n ** 63n - 1n;

/**
 * Nanoseconds since 1970 as decimal text, exact. `timeMs` is what a Date holds, `picoseconds` what
 * it cannot: OPC UA counts 100 ns, and 10 ps beside them.
 */
export function formatTime(timeMs: number, picoseconds: number): string {
  const nanoseconds = Math.trunc(picoseconds / 1000);
  if (timeMs > 0 && nanoseconds < 1_000_000) {
    return timeMs + String(1_000_000 + nanoseconds).slice(1);
  }
  return String(BigInt(timeMs) * 1_000_000n + BigInt(nanoseconds));
}

/** The halves of a 64-bit integer, most significant first, as node-opcua decodes them. */
export function joinInt64(halves: ArrayLike<number>, signed: boolean): bigint {
  const high = BigInt((halves[0] ?? 0) >>> 0);
  const low = BigInt((halves[1] ?? 0) >>> 0);
  const joined = (high << 32n) | low;
  return signed ? BigInt.asIntN(64, joined) : joined;
}

/** The shortest decimal that is this single-precision number again: 0.1, not 0.10000000149011612. */
export function formatFloat(value: number): string {
  if (Number.isInteger(value)) return formatDouble(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

function formatDouble(value: number): string {
  return value === 0 && Object.is(value, -0) ? "-0.0" : String(value);
}

function formatText(value: string): string {
  return `"${value.replace(/[\\"]/g, "\\$&")}"`;
}

function refuseType(variant: PlainVariant, what: string): Refusal {
  return { code: "unsupported-type", reason: what, payload: showValue(variant.value) };
}

function showValue(value: unknown): string {
  try {
    return String(typeof value === "object" ? JSON.stringify(value) : value).slice(
      0,
      shownCharacters,
    );
  } catch {
    return "";
  }
}

function lengthOf(value: unknown): number {
  const array = value as { length?: number } | null;
  return array?.length ?? 0;
}

/**
 * One element: an array of one is that one, which is how a server answers for an index range; one
 * that sends the whole array all the same, as asyncua does, has it taken out here.
 */
function formatElement(variant: PlainVariant, element: string): string | Refusal | undefined {
  const count = lengthOf(variant.value);
  const index = count === 1 ? 0 : Number(element);
  const arrayType = VariantArrayType.Scalar;
  if (index < count) return formatScalar({ ...variant, arrayType, value: variant.value[index] });
  const reason = `an array of ${count} ${DataType[variant.dataType]} without element ${element}`;
  return refuseType(variant, reason);
}

function refuseArray(variant: PlainVariant): Refusal {
  const what = `an array of ${lengthOf(variant.value)} ${DataType[variant.dataType]}`;
  return refuseType(variant, `${what}; a tag can have one element of it (element: "0")`);
}

/**
 * A value as line protocol writes it, undefined if there is none. A whole number beyond int64 is
 * written with `u` and exact: what becomes of it is for the reader to say.
 */
export function formatValue(
  variant: PlainVariant,
  element?: string | undefined,
): string | Refusal | undefined {
  if (variant.value === null || variant.value === undefined) return undefined;
  if (variant.arrayType === VariantArrayType.Scalar) return formatScalar(variant);
  return element === undefined ? refuseArray(variant) : formatElement(variant, element);
}

function formatFraction(variant: PlainVariant): string | Refusal {
  const value: number = variant.value;
  if (!Number.isFinite(value)) {
    return { code: "not-a-number", reason: `${value} is no number`, payload: String(value) };
  }
  return variant.dataType === DataType.Float ? formatFloat(value) : formatDouble(value);
}

function formatInt64(variant: PlainVariant): string {
  const value = joinInt64(variant.value, variant.dataType === DataType.Int64);
  return value > maxInt64 ? `${value}u` : `${value}i`;
}

function formatScalar(variant: PlainVariant): string | Refusal | undefined {
  const value = variant.value;
  switch (variant.dataType) {
    case DataType.Double:
    case DataType.Float:
      return formatFraction(variant);
    case DataType.Boolean:
      return value ? "t" : "f";
    case DataType.SByte:
    case DataType.Byte:
    case DataType.Int16:
    case DataType.UInt16:
    case DataType.Int32:
    case DataType.UInt32:
      return `${value}i`;
    case DataType.Int64:
    case DataType.UInt64:
      return formatInt64(variant);
    case DataType.StatusCode:
      return `${value.value}i`;
    default:
      return formatWords(variant);
  }
}

function formatWords(variant: PlainVariant): string | Refusal | undefined {
  const value = variant.value;
  switch (variant.dataType) {
    case DataType.Null:
      return undefined;
    case DataType.String:
    case DataType.Guid:
    case DataType.XmlElement:
    case DataType.NodeId:
    case DataType.ExpandedNodeId:
      return checkLength(formatText(String(value)));
    case DataType.LocalizedText:
      return value.text === null || value.text === undefined
        ? undefined
        : checkLength(formatText(value.text));
    case DataType.QualifiedName:
      return checkLength(formatText(value.name ?? ""));
    case DataType.DateTime:
      return formatText(value.toISOString());
    case DataType.ByteString:
      return refuseType({ ...variant, value: "" }, `a ByteString of ${value.length} bytes`);
    case DataType.ExtensionObject:
      return refuseType(variant, `a structure (${value.schema?.name ?? value.constructor?.name})`);
    default:
      return refuseType(variant, `a ${DataType[variant.dataType] ?? variant.dataType}`);
  }
}

function checkLength(text: string): string | Refusal {
  if (text.length * 3 < longestLineBytes - 128) return text;
  const bytes = Buffer.byteLength(text);
  if (bytes < longestLineBytes - 128) return text;
  const reason = `a text of ${bytes} bytes, where a line has at most ${longestLineBytes}`;
  return { code: "line-too-long", reason, payload: text.slice(0, shownCharacters) };
}
