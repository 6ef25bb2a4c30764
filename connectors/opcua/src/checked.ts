import { type Fault, show } from "./fault.ts";

export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const milliseconds = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** `250ms`, `1.5s`, `2min`, `24h`, `7d`, or a number of milliseconds. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== "string") return undefined;
  const match = /^(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)$/.exec(value);
  if (match === null) return undefined;
  return Number(match[1]) * milliseconds[match[2] as keyof typeof milliseconds];
}

/** The number of single-character edits from one word to another (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line++) {
    const next = [line];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** The known word that was most likely meant. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const byDistance = known
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((left, right) => left.distance - right.distance)[0];
  if (byDistance === undefined || byDistance.distance > 1 + word.length / 4) return undefined;
  return byDistance.candidate;
}

/**
 * Reads the members of one JSON object and collects every fault instead of stopping at the first.
 * A member that is absent, or at fault, has its fallback.
 */
export class Checked {
  readonly #object: JsonObject;
  readonly #place: string;
  readonly #faults: Fault[];
  readonly #secret: boolean;

  /** `secret`: a fault names the place, and not what came. */
  constructor(object: JsonObject, place: string, faults: Fault[], secret = false) {
    this.#object = object;
    this.#place = place;
    this.#faults = faults;
    this.#secret = secret;
  }

  at(key: string): string {
    return this.#place === "" ? key : `${this.#place}.${key}`;
  }

  fault(key: string, expected: string): void {
    const got = this.#secret && this.has(key) ? "another secret" : show(this.#object[key]);
    this.#faults.push({ place: this.at(key), expected, got });
  }

  has(key: string): boolean {
    return this.#object[key] !== undefined;
  }

  /** Members that nothing reads are faults: a misspelt setting must not be ignored. */
  only(known: readonly string[]): void {
    for (const key of Object.keys(this.#object)) {
      if (known.includes(key)) continue;
      const meant = suggest(key, known);
      this.#faults.push({
        place: this.at(key),
        expected: meant === undefined ? `one of ${known.join(", ")}` : `"${meant}"`,
        got: "an unknown key",
      });
    }
  }

  text(key: string, fallback: string, pattern = /./s, expected = "a text"): string {
    const value = this.#object[key];
    if (value === undefined) return fallback;
    if (typeof value === "string" && pattern.test(value)) return value;
    this.fault(key, expected);
    return fallback;
  }

  needed(key: string, pattern: RegExp, expected: string): string {
    if (!this.has(key)) this.fault(key, expected);
    return this.text(key, "", pattern, expected);
  }

  choice<Name extends string>(key: string, fallback: Name, names: readonly Name[]): Name {
    const value = this.#object[key];
    if (value === undefined) return fallback;
    const found = names.find((name) => name === value);
    if (found === undefined) this.fault(key, `one of ${names.join(", ")}`);
    return found ?? fallback;
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.#object[key];
    if (typeof value === "boolean") return value;
    if (value !== undefined) this.fault(key, "true or false");
    return fallback;
  }

  integer(key: string, fallback: number, from: number, to: number): number {
    const value = this.#object[key];
    if (value === undefined) return fallback;
    if (Number.isInteger(value) && Number(value) >= from && Number(value) <= to) {
      return Number(value);
    }
    this.fault(key, `a whole number from ${from} to ${to}`);
    return fallback;
  }

  number(key: string, from: number, to: number): number | undefined {
    const value = this.#object[key];
    if (value === undefined) return undefined;
    if (typeof value === "number" && value >= from && value <= to) return value;
    this.fault(key, `a number from ${from} to ${to}`);
    return undefined;
  }

  duration(key: string, fallback: number, from: number, to: number): number {
    const value = this.#object[key];
    if (value === undefined) return fallback;
    const read = parseDuration(value);
    if (read !== undefined && read >= from && read <= to) return read;
    this.fault(key, `a duration from ${from} ms to ${to} ms, as 250ms or 1s`);
    return fallback;
  }

  section(key: string): Checked {
    return this.#inside(key, false);
  }

  secrets(key: string): Checked {
    return this.#inside(key, true);
  }

  #inside(key: string, secret: boolean): Checked {
    const value = this.#object[key];
    if (value !== undefined && !isObject(value)) {
      const got = secret ? "something else" : show(value);
      this.#faults.push({ place: this.at(key), expected: "a group of settings", got });
    }
    return new Checked(isObject(value) ? value : {}, this.at(key), this.#faults, secret);
  }
}
