import { messageOf } from "./fault.ts";
import type { Link } from "./link.ts";

export interface LinkEvents {
  lost(reason: string): void;
  restored(): void;
}

const checkEveryMs = 1_000;
/** The session asks for a sign of life every 4 s: a server that gives none for so long is gone. */
const silenceMs = 15_000;
/** Subscriptions do not outlive this on the server; a fresh start is the same then. */
const repairMs = 600_000;

/**
 * Watches one link. The client repairs a broken connection by itself (the session, the
 * subscriptions, what was not acknowledged); this decides when that is over and a new link is due.
 */
export class LinkWatch {
  readonly #events: LinkEvents;
  readonly #timer: NodeJS.Timeout;
  readonly #resolve: (reason: string) => void;
  readonly ended: Promise<string>;
  #lastLifeMs = Date.now();
  #brokenSinceMs: number | undefined;

  constructor(link: Link, events: LinkEvents) {
    this.#events = events;
    let resolveEnded: (reason: string) => void = () => {};
    this.ended = new Promise((resolve) => {
      resolveEnded = resolve;
    });
    this.#resolve = resolveEnded;
    this.#listen(link);
    this.#timer = setInterval(() => this.#check(), checkEveryMs);
  }

  get broken(): boolean {
    return this.#brokenSinceMs !== undefined;
  }

  life(): void {
    this.#lastLifeMs = Date.now();
  }

  end(reason: string): void {
    this.#resolve(reason);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#resolve("closed");
  }

  #listen({ client, session }: Link): void {
    client.on("receive_response", () => this.life());
    client.on("connection_lost", () => this.#break("the connection was lost"));
    client.on("reconnection_attempt_has_failed", (error) => this.#attemptFailed(error));
    client.on("close", (error) => this.end(error ? messageOf(error) : "the connection was closed"));
    session.on("session_restored", () => {
      this.#brokenSinceMs = undefined;
      this.life();
      this.#events.restored();
    });
    session.on("session_closed", (status) =>
      this.end(`the server closed the session: ${status.name}`),
    );
  }

  #break(reason: string): void {
    this.#brokenSinceMs ??= Date.now();
    this.#events.lost(reason);
  }

  /** A server that is not there yet is waited for; any other answer needs a look from the start. */
  #attemptFailed(error: Error): void {
    const text = messageOf(error);
    const absent =
      /ECONNREFUSED|ECONNABORTED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|Backoff/;
    if (absent.test(text)) this.#break(text);
    else this.end(text);
  }

  #check(): void {
    const now = Date.now();
    if (this.#brokenSinceMs !== undefined) {
      if (now - this.#brokenSinceMs > repairMs) this.end("the server was away for too long");
    } else if (now - this.#lastLifeMs > silenceMs) {
      this.end(`the server has said nothing for ${silenceMs / 1000} s`);
    }
  }
}
