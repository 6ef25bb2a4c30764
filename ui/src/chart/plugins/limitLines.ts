import type uPlot from "uplot";
import { FONT } from "../axes.ts";
import type { ChartColours } from "../palette.ts";

export interface LimitLine {
  value: number;
  label: string;
  scale: string;
  severe: boolean;
}

/** Limits as dashed lines across a pane, named at their left end; only where they are in view. */
export function limitLines(lines: readonly LimitLine[], colours: ChartColours): uPlot.Plugin {
  const draw = (chart: uPlot) => {
    const { ctx } = chart;
    ctx.save();
    ctx.font = scaled(FONT);
    ctx.textAlign = "left";
    for (const line of lines) drawLine(chart, line, colours);
    ctx.restore();
  };
  return { hooks: { draw } };
}

/** A CSS font with its size in device pixels, as a canvas wants it. */
export function scaled(font: string): string {
  return font.replace(/(\d+)px/, (_, size: string) => `${Number(size) * devicePixelRatio}px`);
}

function drawLine(chart: uPlot, line: LimitLine, colours: ChartColours): void {
  const { ctx, bbox } = chart;
  const y = Math.round(chart.valToPos(line.value, line.scale, true));
  if (y < bbox.top || y > bbox.top + bbox.height) return;
  const colour = line.severe ? colours.bad : colours.warning;
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  const room = y - bbox.top > 16 * devicePixelRatio;
  ctx.textBaseline = room ? "bottom" : "top";
  ctx.fillStyle = colours.ground;
  const left = bbox.left + 4 * devicePixelRatio;
  const width = ctx.measureText(line.label).width;
  const top = room ? y - 15 * devicePixelRatio : y + 2 * devicePixelRatio;
  ctx.globalAlpha = 0.8;
  ctx.fillRect(
    left - 2 * devicePixelRatio,
    top,
    width + 4 * devicePixelRatio,
    13 * devicePixelRatio,
  );
  ctx.globalAlpha = 1;
  ctx.fillStyle = colour;
  ctx.fillText(line.label, left, room ? y - 1 * devicePixelRatio : y + 2 * devicePixelRatio);
}
