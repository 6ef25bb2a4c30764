import type { Span } from "../../range/range.ts";

/** What a part of a coverage strip shows. */
export type CellKind = "full" | "part" | "empty" | "unknown";

/** What a cell shows; `due` is how many samples it should hold. A single one may miss: where a
 * cell begins between two samples is chance. */
export function kindOf(share: number | null | undefined, due: number): CellKind {
  if (share === null || share === undefined) return "unknown";
  if (share * due >= due - 1.001) return share === 0 ? "empty" : "full";
  return share > 0 ? "part" : "empty";
}

/** Cells that hold fewer due samples than this say more about chance than about the data. */
const LEAST_DUE = 4;

export interface Cells {
  shares: (number | null)[];
  due: number | null; // samples a cell should hold
}

/** Puts neighbouring cells together until each should hold enough samples to be judged. */
export function mergeCells(
  cells: readonly (number | null)[],
  length_ms: number,
  interval_ms: number | null,
): Cells {
  if (interval_ms === null || interval_ms <= 0 || cells.length === 0)
    return { shares: [...cells], due: null };
  const perCell = length_ms / cells.length / interval_ms;
  const group = Math.max(1, Math.ceil(LEAST_DUE / perCell));
  const shares: (number | null)[] = [];
  for (let start = 0; start < cells.length; start += group) {
    const part = cells.slice(start, start + group);
    const known = part.filter((share): share is number => share !== null);
    const mean = known.reduce((sum, share) => sum + share, 0) / Math.max(1, known.length);
    for (const share of part) shares.push(share === null ? null : mean);
  }
  return { shares, due: perCell * group };
}

const COLOURS: Record<CellKind, string> = {
  full: "var(--strip-full)",
  part: "var(--strip-part)",
  empty: "var(--strip-empty)",
  unknown: "transparent",
};

/** A strip as one CSS gradient with hard edges: equal neighbours share a stop. */
export function stripGradient({ shares: cells, due }: Cells): string {
  const stops: string[] = [];
  const edge = (index: number) => `${((index / cells.length) * 100).toFixed(3)}%`;
  let start = 0;
  for (let i = 1; i <= cells.length; i++) {
    const kind = kindOf(cells[start], due ?? 1000);
    if (i < cells.length && kindOf(cells[i], due ?? 1000) === kind) continue;
    stops.push(`${COLOURS[kind]} ${edge(start)} ${edge(i)}`);
    start = i;
  }
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

/** The part of the span that the n-th of `count` cells stands for. */
export function cellSpan(span: Span, index: number, count: number): Span {
  const width = (span.to - span.from) / count;
  return {
    from: Math.round(span.from + index * width),
    to: Math.round(span.from + (index + 1) * width),
  };
}
