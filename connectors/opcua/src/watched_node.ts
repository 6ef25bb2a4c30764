import type { NodeId } from "node-opcua-client";
import type { NodeRequest } from "./config.ts";

/** What the historian makes of a node's values. */
export type SampleType = "double" | "int64" | "bool" | "string";

/** One node that is asked for: what is known of it, and how far its values have come. */
export class WatchedNode {
  readonly request: NodeRequest;
  readonly prefix: string;
  nodeId: NodeId | undefined;
  dataType = "";
  sampleType: SampleType | undefined;
  /** The server offers history of it. */
  historyOffered = false;
  /** Why it is not watched. */
  failure: string | undefined;
  /** Source time of the last value that came, ms since 1970. */
  lastMs: number | undefined;
  /** History is missing from this source time on. */
  gapFromMs: number | undefined;
  /** Overflow marks not yet told. */
  lost = 0;
  refused = 0;
  refusedAtMs = Number.NEGATIVE_INFINITY;

  constructor(request: NodeRequest) {
    this.request = request;
    this.prefix = `k${request.key} `;
    this.gapFromMs = request.resumeMs;
  }

  get name(): string {
    return this.request.id ?? this.request.path ?? "";
  }

  /** What came last may have been the last for a while: what follows it is looked for in history. */
  markGap(overlapMs: number): void {
    if (this.gapFromMs !== undefined || this.lastMs === undefined) return;
    this.gapFromMs = this.lastMs - overlapMs;
  }
}
