import type uPlot from "uplot";
import { elide, spread } from "../labels.ts";
import type { ChartColours } from "../palette.ts";
import { textPlugin } from "./textPlugin.ts";

export interface EndLabel {
  series: number; // index in the chart
  text: string;
  colour: string;
}

const LINE_PX = 16;
const MAX_CHARACTERS = 22;

/** The index of the last value in view, or null. */
function lastInView(chart: uPlot, series: number): number | null {
  const column = chart.data[series];
  const [first, last] = chart.series[0]?.idxs ?? [0, -1];
  if (!column) return null;
  const to = chart.scales.x?.max ?? 0;
  for (let i = last; i >= first; i--) {
    const time = chart.data[0][i] ?? Number.POSITIVE_INFINITY;
    if (time <= to && column[i] !== null && column[i] !== undefined) return i;
  }
  return null;
}

/** Names of lines at their end, in the right gutter, moved apart where they would collide. */
export function endLabels(
  labels: readonly EndLabel[],
  colours: ChartColours,
  offset_px = 0, // the room that axes take on the right
): uPlot.Plugin {
  return textPlugin("middle", ({ chart, ctx, bbox, ratio }) => {
    const shown = labels.flatMap((label) => {
      const series = chart.series[label.series];
      const index = lastInView(chart, label.series);
      if (!series?.show || index === null) return [];
      const value = chart.data[label.series]?.[index] ?? 0;
      return [{ label, y: chart.valToPos(value, series.scale ?? "y", true) }];
    });
    const half = (LINE_PX / 2) * ratio;
    const low = bbox.top + half;
    const places = spread(
      shown.map((one) => one.y),
      LINE_PX * ratio,
      low,
      bbox.top + bbox.height - half,
    );
    shown.forEach(({ label }, i) => {
      const y = places[i] ?? low;
      const left = bbox.left + bbox.width + (6 + offset_px) * ratio;
      ctx.fillStyle = label.colour;
      ctx.fillRect(left, y - ratio, 8 * ratio, 2 * ratio);
      ctx.fillStyle = colours.text;
      ctx.fillText(elide(label.text, MAX_CHARACTERS), left + 12 * ratio, y);
    });
  });
}
