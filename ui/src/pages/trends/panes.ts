import type { Tag } from "../../api/types.ts";
import { shortNames } from "../../chart/labels.ts";
import { unitLabel } from "../../format/unit.ts";
import type { TrendSeries } from "./trendData.ts";

/** A series with the place it has among the chosen tags. */
export interface PlacedSeries {
  series: TrendSeries;
  tag: Tag;
  name: string;
  index: number; // among all chosen tags; decides the colour
}

export interface Pane {
  key: string;
  kind: "number" | "state";
  units: string[]; // each has its own axis
  members: PlacedSeries[];
}

export type Layout = "stacked" | "overlaid";

/** Names, and the order of colours, of the chosen tags. */
export function placeSeries(
  tags: readonly Tag[],
  data: readonly (TrendSeries | undefined)[],
): PlacedSeries[] {
  const names = shortNames(tags.map((tag) => tag.path));
  return tags.flatMap((tag, index) => {
    const series = data[index];
    return series ? [{ series, tag, name: names[index] ?? tag.path, index }] : [];
  });
}

/** One pane to a unit when stacked, one for all when overlaid; texts have a pane of strips. */
export function panesOf(placed: readonly PlacedSeries[], layout: Layout): Pane[] {
  const numbers = placed.filter((one) => one.series.kind === "number");
  const states = placed.filter((one) => one.series.kind === "state");
  const units = [...new Set(numbers.map((one) => unitLabel(one.tag.unit)))];
  const panes: Pane[] = [];
  if (layout === "overlaid" && numbers.length > 0) {
    panes.push({ key: "all", kind: "number", units, members: numbers });
  } else {
    for (const unit of units) {
      const members = numbers.filter((one) => unitLabel(one.tag.unit) === unit);
      panes.push({ key: `unit:${unit}`, kind: "number", units: [unit], members });
    }
  }
  if (states.length > 0) panes.push({ key: "states", kind: "state", units: [], members: states });
  return panes;
}
