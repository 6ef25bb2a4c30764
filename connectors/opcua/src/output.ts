import type { Writable } from "node:stream";

export interface OutputLimits {
  batchSamples: number;
  /** Batches that may be unacknowledged; 0: none is waited for. */
  window: number;
}

interface Batch {
  text: string;
  samples: number;
}

const batchCharacters = 256 * 1024;
const batchAgeMs = 200;

/**
 * The way out: lines in numbered batches and control lines between them. Never more than `window`
 * batches are unacknowledged and never more than one is in the stream's own buffer; what comes
 * beyond that waits here, and `onPressure` says so that the source of it is stopped.
 */
export class Output {
  readonly #stream: Writable;
  #limits: OutputLimits = { batchSamples: 10_000, window: 8 };
  #onPressure: (pressed: boolean) => void = () => {};
  #text = "";
  #samples = 0;
  #timer: NodeJS.Timeout | undefined;
  #ready: Batch[] = [];
  #written = 0;
  #acknowledged = 0;
  #clogged = false;
  #pressed = false;
  #waiting: (() => void)[] = [];
  samples = 0;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on("drain", () => {
      this.#clogged = false;
      this.#pump();
    });
  }

  configure(limits: OutputLimits, onPressure: (pressed: boolean) => void): void {
    this.#limits = limits;
    this.#onPressure = onPressure;
  }

  /** A line of line protocol, without its newline. */
  line(text: string): void {
    this.#text += `${text}\n`;
    this.#samples++;
    if (this.#samples >= this.#limits.batchSamples || this.#text.length >= batchCharacters) {
      this.#seal();
    } else if (this.#timer === undefined) {
      this.#timer = setTimeout(() => this.#seal(), batchAgeMs);
    }
  }

  /** A control line. It may overtake lines whose batch is not full. */
  control(message: { type: string; [key: string]: unknown }): void {
    this.#write(`#${JSON.stringify(message)}\n`);
  }

  /** All batches up to `number` are durable. */
  acknowledge(number: number): boolean {
    if (!Number.isInteger(number) || number > this.#written || number < 0) return false;
    this.#acknowledged = Math.max(this.#acknowledged, number);
    this.#pump();
    return true;
  }

  get unacknowledged(): number {
    return this.#written - this.#acknowledged;
  }

  /** Batches that wait here because the reader is behind. */
  get held(): number {
    return this.#ready.length;
  }

  /** Resolves when the reader has caught up; for what can wait, as history and browsing. */
  room(): Promise<void> {
    if (!this.#pressed && !this.#clogged) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Writes out what there is, beyond the window too, and resolves when the stream has it. */
  async finish(lastMessage: { type: string }): Promise<void> {
    this.#limits = { ...this.#limits, window: 0 };
    this.#seal();
    for (const batch of this.#ready.splice(0)) this.#writeBatch(batch);
    this.control(lastMessage);
    await new Promise<void>((resolve) => this.#stream.write("", () => resolve()));
  }

  #seal(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#samples === 0) return;
    this.#ready.push({ text: this.#text, samples: this.#samples });
    this.#text = "";
    this.#samples = 0;
    this.#pump();
  }

  #open(): boolean {
    const window = this.#limits.window;
    return !this.#clogged && (window === 0 || this.unacknowledged < window);
  }

  #pump(): void {
    let next = 0;
    while (next < this.#ready.length && this.#open())
      this.#writeBatch(this.#ready[next++] as Batch);
    this.#ready.splice(0, next);
    const pressed = this.#ready.length > 0;
    if (pressed !== this.#pressed) {
      this.#pressed = pressed;
      this.#onPressure(pressed);
    }
    if (pressed || this.#clogged) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #writeBatch(batch: Batch): void {
    this.#written++;
    this.samples += batch.samples;
    const mark = { type: "batch", n: this.#written, samples: batch.samples };
    this.#write(`${batch.text}#${JSON.stringify(mark)}\n`);
  }

  #write(text: string): void {
    if (!this.#stream.write(text)) this.#clogged = true;
  }
}
