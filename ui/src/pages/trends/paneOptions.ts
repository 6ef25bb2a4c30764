import uPlot from "uplot";
import { type AxisStyle, blankAxis, lonelyPoints, timeAxis, valueAxis } from "../../chart/axes.ts";
import { textWidth } from "../../chart/measure.ts";
import { type Scheme, seriesColour, withAlpha } from "../../chart/palette.ts";
import { endLabels } from "../../chart/plugins/endLabels.ts";
import { type InteractionTarget, interaction } from "../../chart/plugins/interaction.ts";
import { type LimitLine, limitLines } from "../../chart/plugins/limitLines.ts";
import { bandHeight, qualityBand } from "../../chart/plugins/qualityBand.ts";
import { STRIP_STEP_PX, type Strip, stateStrips } from "../../chart/plugins/stateStrips.ts";
import {
  CAPTION_ROW_PX,
  type UnitCaption,
  unitCaptions,
} from "../../chart/plugins/unitCaptions.ts";
import type { Run } from "../../chart/quality.ts";
import { paddedExtent } from "../../chart/scale.ts";
import { type StateRun, statesByName } from "../../chart/states.ts";
import { unitLabel } from "../../format/unit.ts";
import type { Words } from "../../words/en.ts";
import type { Pane, PlacedSeries } from "./panes.ts";

const AXIS_PX = 72;
const AXIS_AIR_PX = 16;
const LABELS_PX = 168;
const BARE_GUTTER_PX = 40;
const CAPTION_PX = CAPTION_ROW_PX + 8;
/** A plot narrower than this gives the names at the ends of its lines up; the table has them too. */
const LEAST_PLOT_PX = 320;
const MAX_BAND_ROWS = 6;
const SYNC = "trend";

export interface PaneStyle extends AxisStyle {
  scheme: Scheme;
  words: Words;
  labels: boolean; // whether lines are named at their end
  showTime: boolean; // whether the axis under this pane has labels
  gutters: Gutters; // of the pane that needs most, so that all panes line up
}

/** The room that value axes take beside a plot, in pixels. */
export interface Gutters {
  left: number;
  right: number;
}

interface PlacedAxis {
  unit: string;
  side: keyof Gutters;
  width_px: number;
}

/**
 * Value axes stand left, right, left, right. Beside another an axis is as wide as its unit; alone
 * its unit may reach over the plot.
 */
function placedAxes(pane: Pane): PlacedAxis[] {
  const alone = pane.units.length === 1;
  return pane.units.map((unit, i) => ({
    unit,
    side: i % 2 === 0 ? "left" : "right",
    width_px: alone ? AXIS_PX : Math.max(AXIS_PX, textWidth(unit) + AXIS_AIR_PX),
  }));
}

function guttersOf(pane: Pane): Gutters {
  const gutters: Gutters = { left: 0, right: 0 };
  for (const { side, width_px } of placedAxes(pane)) gutters[side] += width_px;
  return gutters;
}

/** The gutters in which the axes of every pane fit. */
export function sharedGutters(panes: readonly Pane[]): Gutters {
  const all = panes.map(guttersOf);
  return {
    left: Math.max(AXIS_PX, ...all.map((one) => one.left)),
    right: Math.max(0, ...all.map((one) => one.right)),
  };
}

/** Whether a chart of this width has room for names at the ends of its lines. */
export function hasRoomForNames(width_px: number, gutters: Gutters): boolean {
  return width_px - gutters.left - gutters.right - LABELS_PX >= LEAST_PLOT_PX;
}

/** The columns of a pane. A series of buckets has three: mean, highest, lowest. */
export function paneData(pane: Pane): uPlot.AlignedData {
  if (pane.kind === "state") {
    const times = [...new Set(pane.members.flatMap((one) => stateEdges(one)))].sort(
      (a, b) => a - b,
    );
    return [times, times.map(() => null)];
  }
  const tables = pane.members.map(({ series }): uPlot.AlignedData => {
    if (series.lows === null || series.highs === null) return [series.times, series.values];
    return [series.times, series.values, series.highs, series.lows];
  });
  return tables.length === 1 ? (tables[0] as uPlot.AlignedData) : uPlot.join(tables);
}

function stateEdges(one: PlacedSeries): number[] {
  const first = one.series.states[0];
  const last = one.series.states.at(-1);
  return first && last ? [first.from, last.to] : [];
}

function scaleOf(one: PlacedSeries): string {
  return `y:${unitLabel(one.tag.unit)}`;
}

interface Columns {
  series: uPlot.Series[];
  bands: uPlot.Band[];
  means: { placed: PlacedSeries; index: number }[];
}

function columnsOf(pane: Pane, scheme: Scheme): Columns {
  const columns: Columns = { series: [{}], bands: [], means: [] };
  for (const placed of pane.members) {
    const colour = seriesColour(scheme, placed.index);
    const scale = scaleOf(placed);
    const index = columns.series.length;
    columns.means.push({ placed, index });
    columns.series.push({
      scale,
      stroke: colour,
      width: placed.series.lows === null ? 1.5 : 1,
      spanGaps: false,
      points: { show: true, size: 4, filter: lonelyPoints, fill: colour, stroke: colour },
    });
    if (placed.series.lows === null) continue;
    const edge: uPlot.Series = { scale, stroke: "transparent", width: 0, points: { show: false } };
    columns.series.push({ ...edge }, { ...edge });
    columns.bands.push({ series: [index + 1, index + 2], fill: withAlpha(colour, 0.22) });
  }
  return columns;
}

export function limitsOf(pane: Pane, words: Words): LimitLine[] {
  const several = pane.members.length > 1;
  return pane.members.flatMap(({ tag, name }) =>
    (["low_low", "low", "high", "high_high"] as const).flatMap((kind) => {
      const value = tag.limits?.[kind];
      if (value === undefined) return [];
      const label = several
        ? `${name} ${words.plant.limitNames[kind]}`
        : words.plant.limitNames[kind];
      const severe = kind === "low_low" || kind === "high_high";
      return [{ value, label, scale: `y:${unitLabel(tag.unit)}`, severe }];
    }),
  );
}

function scalesOf(pane: Pane, limits: readonly LimitLine[]): uPlot.Scales {
  const scales: uPlot.Scales = { x: { time: false, auto: false } };
  for (const unit of pane.units) {
    const scale = `y:${unit}`;
    const near = limits.filter((line) => line.scale === scale).map((line) => line.value);
    scales[scale] = {
      range: (_chart, low, high) => {
        if (low === null || high === null) return [0, 1];
        const extent = paddedExtent({ low, high }, near);
        return [extent.low, extent.high];
      },
    };
  }
  return scales;
}

/** The axes of a pane with their units; the first alone has grid lines. */
function valueAxes(pane: Pane, style: PaneStyle) {
  const axes: uPlot.Axis[] = [];
  const captions: UnitCaption[] = [];
  const used: Gutters = { left: 0, right: 0 };
  placedAxes(pane).forEach(({ unit, side, width_px }, i) => {
    axes.push(valueAxis(style, `y:${unit}`, width_px, side === "left" ? 3 : 1, i === 0));
    captions.push({ text: unit, side, offset_px: used[side], width_px });
    used[side] += width_px;
  });
  if (pane.kind === "state") {
    axes.push(blankAxis(AXIS_PX));
    used.left += AXIS_PX;
  }
  const left = style.gutters.left - used.left;
  const right = style.gutters.right - used.right;
  return { axes, captions, left, right };
}

/** Each member's own row in the quality band, or one row for all when there are too many. */
export function bandRows(pane: Pane): Run[][] {
  const rows = pane.members.map((one) => one.series.runs);
  if (rows.length <= MAX_BAND_ROWS) return rows;
  return [rows.flat().sort((a, b) => a.from - b.from)];
}

export function bandRowCount(pane: Pane): number {
  return pane.members.length <= MAX_BAND_ROWS ? pane.members.length : 1;
}

/**
 * The chart of a pane. `members` is asked for the series of the moment while drawing, so that new
 * data need no new chart.
 */
export function paneOptions(
  pane: Pane,
  style: PaneStyle,
  target: InteractionTarget,
  current: () => Pane,
): uPlot.Options {
  const strips = pane.kind === "state";
  const columns = strips
    ? { series: [{}, { scale: "y", show: false }], bands: [], means: [] }
    : columnsOf(pane, style.scheme);
  const limits = strips ? [] : limitsOf(pane, style.words);
  const sides = valueAxes(pane, style);
  const labels = columns.means.map(({ placed, index }) => ({
    series: index,
    text: placed.name,
    colour: seriesColour(style.scheme, placed.index),
  }));
  const rightAxes_px = style.gutters.right;
  const gutter = style.labels ? LABELS_PX : BARE_GUTTER_PX;
  const plugins = [
    interaction(target),
    qualityBand(() => bandRows(current()), style.colours),
    strips
      ? stateStrips(() => stripsOf(current(), style.scheme), style.colours, rightAxes_px)
      : endLabels(style.labels ? labels : [], style.colours, rightAxes_px),
    limitLines(limits, style.colours),
    unitCaptions(sides.captions, style.colours),
  ];
  return {
    width: 0,
    height: 0,
    ms: 1,
    padding: [strips ? 4 : CAPTION_PX, gutter + sides.right, 0, sides.left],
    legend: { show: false },
    cursor: { points: { show: false }, y: false, sync: { key: SYNC, setSeries: false } },
    scales: strips
      ? { x: { time: false, auto: false }, y: { range: [0, 1] } }
      : scalesOf(pane, limits),
    axes: [timeAxis(style, style.showTime, bandHeight(bandRowCount(pane))), ...sides.axes],
    series: columns.series,
    bands: columns.bands,
    plugins,
  };
}

/** State strips use tints of the series colours, so that their names stay readable on them. */
export function stateColours(runs: readonly StateRun[], scheme: Scheme): (state: string) => string {
  const order = statesByName(runs);
  const tint = scheme === "light" ? 0.28 : 0.42;
  return (state) => withAlpha(seriesColour(scheme, order.indexOf(state)), tint);
}

export function stripsOf(pane: Pane, scheme: Scheme): Strip[] {
  return pane.members.map(({ name, series }) => ({
    name,
    runs: series.states,
    colourOf: stateColours(series.states, scheme),
  }));
}

/** Heights in pixels: strips need what they need, number panes share the rest. */
export function paneHeights(panes: readonly Pane[], available: number): number[] {
  const strips = panes.filter((pane) => pane.kind === "state");
  const stripHeight = (pane: Pane) => 4 + pane.members.length * STRIP_STEP_PX + 56;
  const taken = strips.reduce((sum, pane) => sum + stripHeight(pane), 0);
  const numbers = panes.length - strips.length;
  const share =
    numbers === 0 ? 0 : Math.max(numbers === 1 ? 240 : 160, (available - taken) / numbers);
  return panes.map((pane) => Math.round(pane.kind === "state" ? stripHeight(pane) : share));
}
