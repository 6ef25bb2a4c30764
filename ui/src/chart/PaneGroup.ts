import type uPlot from "uplot";
import type { Span } from "../range/range.ts";

/** The charts of a trend, moved together without going through React: a drag has no time for it. */
export class PaneGroup {
  readonly #charts = new Set<uPlot>();
  #frame = 0;
  #span: Span | null = null;

  attach = (chart: uPlot): (() => void) => {
    this.#charts.add(chart);
    return () => this.#charts.delete(chart);
  };

  /** Shows a span on every pane at the next frame. */
  show(span: Span): void {
    this.#span = span;
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const next = this.#span;
      if (next === null) return;
      for (const chart of this.#charts) chart.setScale("x", { min: next.from, max: next.to });
    });
  }

  /** The span on screen while it is not yet in the address. */
  get moved(): Span | null {
    return this.#span;
  }

  settle(): void {
    this.#span = null;
  }

  /** Moves the cursor of all panes by pixels; it starts in the middle. */
  moveCursor(pixels: number): void {
    const first = [...this.#charts][0];
    if (!first) return;
    const width = first.over.clientWidth;
    const left = first.cursor.left ?? -1;
    const from = left < 0 ? width / 2 : left;
    const next = Math.min(width - 1, Math.max(0, from + pixels));
    for (const chart of this.#charts)
      chart.setCursor({ left: next, top: chart.over.clientHeight / 2 });
  }

  /** The charts from top to bottom, as they are drawn. */
  charts(): uPlot[] {
    return [...this.#charts].sort(
      (a, b) => a.root.getBoundingClientRect().top - b.root.getBoundingClientRect().top,
    );
  }
}
