import type uPlot from "uplot";
import type { ChartColours } from "../palette.ts";
import type { Run } from "../quality.ts";

/** Thin rows under the time axis, one to a series: hatched no data, amber doubtful, red bad. */

export const BAND_ROW_PX = 4;
const ROW_GAP_PX = 1;

export function bandHeight(rows: number): number {
  return rows === 0 ? 0 : rows * (BAND_ROW_PX + ROW_GAP_PX) + 2;
}

function fillOf(run: Run, colours: ChartColours): string {
  if (run.state === "bad") return colours.bad;
  return run.state === "uncertain" ? colours.warning : colours.border;
}

export function qualityBand(
  rows: () => readonly (readonly Run[])[],
  colours: ChartColours,
): uPlot.Plugin {
  const draw = (chart: uPlot) => {
    const { ctx, bbox } = chart;
    const ratio = devicePixelRatio;
    ctx.save();
    rows().forEach((runs, row) => {
      const y = bbox.top + bbox.height + (2 + row * (BAND_ROW_PX + ROW_GAP_PX)) * ratio;
      for (const run of runs)
        drawRun(chart, run, y, BAND_ROW_PX * ratio, fillOf(run, colours), colours);
    });
    ctx.restore();
  };
  return { hooks: { drawAxes: draw } };
}

function drawRun(
  chart: uPlot,
  run: Run,
  y: number,
  height: number,
  fill: string,
  colours: ChartColours,
): void {
  const { ctx, bbox } = chart;
  const left = Math.max(bbox.left, chart.valToPos(run.from, "x", true));
  const right = Math.min(bbox.left + bbox.width, chart.valToPos(run.to, "x", true));
  if (right < bbox.left || left > bbox.left + bbox.width) return;
  const width = Math.max(devicePixelRatio, right - left);
  ctx.fillStyle = fill;
  ctx.fillRect(left, y, width, height);
  if (run.state === "missing") hatch(ctx, left, y, width, height, colours.muted);
}

function hatch(
  ctx: CanvasRenderingContext2D,
  left: number,
  top: number,
  width: number,
  height: number,
  colour: string,
): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  for (let x = left - height; x < left + width; x += 4 * devicePixelRatio) {
    ctx.moveTo(x, top + height);
    ctx.lineTo(x + height, top);
  }
  ctx.stroke();
  ctx.restore();
}
