import { isObject, type JsonObject } from "./checked.ts";

export const longestControlBytes = 1024 * 1024;

/** Where JSON went wrong, without what is there. */
export function placeOf(error: unknown): string {
  return ["not JSON", ...(/at position \d+/.exec(String(error)) ?? [])].join(" ");
}

export interface ControlHandlers {
  message(message: JsonObject): void;
  /** A line that is no message: why. What it holds is not told, as it may be a secret. */
  refused(reason: string): void;
}

/** Cuts a byte stream into lines of JSON objects. A line beyond 1 MiB is skipped, never held. */
export class ControlLines {
  readonly #handlers: ControlHandlers;
  #parts: Buffer[] = [];
  #bytes = 0;
  #skipping = false;

  constructor(handlers: ControlHandlers) {
    this.#handlers = handlers;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      this.#keep(chunk.subarray(from, end));
      this.#finishLine();
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
  }

  #keep(part: Buffer): void {
    if (this.#skipping || part.length === 0) return;
    this.#bytes += part.length;
    if (this.#bytes > longestControlBytes) {
      this.#handlers.refused("a line beyond 1 MiB");
      this.#parts = [];
      this.#skipping = true;
      return;
    }
    this.#parts.push(Buffer.from(part));
  }

  #finishLine(): void {
    const text = Buffer.concat(this.#parts).toString().trim();
    const skipped = this.#skipping;
    this.#parts = [];
    this.#bytes = 0;
    this.#skipping = false;
    if (!skipped && text !== "") this.#read(text);
  }

  #read(text: string): void {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      this.#handlers.refused(`${placeOf(error)}, in a line of ${text.length} characters`);
      return;
    }
    if (isObject(value) && typeof value.type === "string") this.#handlers.message(value);
    else this.#handlers.refused("not an object with a type");
  }
}
