import type uPlot from "uplot";
import { spread } from "../labels.ts";
import type { ChartColours } from "../palette.ts";
import { textPlugin } from "./textPlugin.ts";

export interface LimitLine {
  value: number;
  label: string;
  scale: string;
  severe: boolean;
}

const LABEL_PX = 14;

/** Limits as dashed lines across a pane, named above their left end; only where they are in view. */
export function limitLines(lines: readonly LimitLine[], colours: ChartColours): uPlot.Plugin {
  return textPlugin("bottom", ({ chart, bbox, ratio }) => {
    const shown = lines
      .map((line) => ({ line, y: Math.round(chart.valToPos(line.value, line.scale, true)) }))
      .filter(({ y }) => y >= bbox.top && y <= bbox.top + bbox.height);
    const gap = LABEL_PX * ratio;
    const wanted = shown.map(({ y }) => y);
    const places = spread(wanted, gap, bbox.top - gap, bbox.top + bbox.height);
    shown.forEach(({ line, y }, i) => {
      const colour = line.severe ? colours.bad : colours.warning;
      drawLine(chart, y, colour);
      drawName(chart, line.label, places[i] ?? y, colour, colours.ground);
    });
  });
}

function drawLine(chart: uPlot, y: number, colour: string): void {
  const { ctx, bbox } = chart;
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
}

/** The name on a veil of the ground, so that it can be read over a line. */
function drawName(chart: uPlot, name: string, y: number, colour: string, ground: string): void {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  const left = bbox.left + 4 * ratio;
  const width = ctx.measureText(name).width;
  ctx.globalAlpha = 0.8;
  ctx.fillStyle = ground;
  ctx.fillRect(left - 2 * ratio, y - 14 * ratio, width + 4 * ratio, 13 * ratio);
  ctx.globalAlpha = 1;
  ctx.fillStyle = colour;
  ctx.fillText(name, left, y - ratio);
}
