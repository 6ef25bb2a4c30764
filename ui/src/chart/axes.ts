import type uPlot from "uplot";
import { formatTicks } from "../format/number.ts";
import type { ChartColours } from "./palette.ts";
import { stepFor, tickLabels, timeTicks } from "./ticks.ts";

/** Axes in the look of the house: thin, in the plant's zone, digits by the step. */

export const FONT = '12px "Inter", system-ui, sans-serif';
const LABEL_SPACE_PX = 84;

export interface AxisStyle {
  colours: ChartColours;
  zone: string;
  locale: string;
}

export const X_AXIS_PX = 40;

export function timeAxis(style: AxisStyle, shown: boolean, bandPx = 0): uPlot.Axis {
  const step = (chart: uPlot, min: number, max: number) =>
    stepFor(max - min, chart.bbox.width / devicePixelRatio, LABEL_SPACE_PX);
  return {
    scale: "x",
    stroke: style.colours.muted,
    font: FONT,
    size: (shown ? X_AXIS_PX : 8) + bandPx,
    gap: 4 + bandPx,
    grid: { stroke: style.colours.grid, width: 1 },
    ticks: { show: false },
    border: { show: true, stroke: style.colours.border, width: 1 },
    splits: (chart, _axis, min, max) => timeTicks(min, max, step(chart, min, max), style.zone),
    values: (chart, splits) => {
      if (!shown) return splits.map(() => "");
      const min = chart.scales.x?.min ?? 0;
      const max = chart.scales.x?.max ?? 1;
      return tickLabels(splits, step(chart, min, max), style.zone, style.locale);
    },
  };
}

export function valueAxis(
  style: AxisStyle,
  scale: string,
  size_px: number,
  side: 1 | 3 = 3,
  grid = true,
): uPlot.Axis {
  return {
    scale,
    side,
    stroke: style.colours.muted,
    font: FONT,
    size: size_px,
    gap: 8,
    space: 32,
    grid: { show: grid, stroke: style.colours.grid, width: 1 },
    ticks: { show: false },
    border: { show: false },
    values: (_chart, splits, _axis, _space, step) => formatTicks(splits, step, style.locale),
  };
}

/** Takes the room of a value axis and shows nothing, so that panes without one line up. */
export function blankAxis(size_px: number): uPlot.Axis {
  return {
    scale: "y",
    size: size_px,
    values: () => [],
    grid: { show: false },
    ticks: { show: false },
  };
}

/** Points are drawn only where a line cannot be: a value alone between two gaps. */
export function lonelyPoints(
  chart: uPlot,
  series: number,
  _show: boolean,
  _gaps?: null | number[][],
): number[] | null {
  const column = chart.data[series];
  const [first, last] = chart.series[0]?.idxs ?? [0, 0];
  if (!column) return null;
  const lonely: number[] = [];
  for (let i = first; i <= last; i++) {
    if (column[i] === null || column[i] === undefined) continue;
    if (neighbour(column, i, -1) === null && neighbour(column, i, 1) === null) lonely.push(i);
  }
  return lonely;
}

/** The next aligned value in a direction; undefined entries belong to other series. */
function neighbour(
  column: ArrayLike<number | null | undefined>,
  index: number,
  step: -1 | 1,
): number | null {
  for (let i = index + step; i >= 0 && i < column.length; i += step) {
    const value = column[i];
    if (value !== undefined) return value;
  }
  return null;
}
