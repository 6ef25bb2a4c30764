import type uPlot from "uplot";
import { elide } from "../labels.ts";
import type { ChartColours } from "../palette.ts";
import type { StateRun } from "../states.ts";
import { textPlugin } from "./textPlugin.ts";

export interface Strip {
  name: string;
  runs: readonly StateRun[];
  colourOf: (state: string) => string;
}

export const STRIP_PX = 20;
export const STRIP_STEP_PX = 32;

/** Texts over time: a row to a tag, a filled stretch to a state, named where the name fits. */
export function stateStrips(
  strips: () => readonly Strip[],
  colours: ChartColours,
  offset_px = 0, // as of end labels
): uPlot.Plugin {
  return textPlugin("middle", ({ chart, ctx, bbox, ratio }) => {
    strips().forEach((strip, row) => {
      const y = bbox.top + (row * STRIP_STEP_PX + (STRIP_STEP_PX - STRIP_PX) / 2) * ratio;
      for (const run of strip.runs) drawRun(chart, run, strip.colourOf(run.state), y, colours);
      ctx.fillStyle = colours.text;
      const left = bbox.left + bbox.width + (18 + offset_px) * ratio;
      ctx.fillText(elide(strip.name, 22), left, y + (STRIP_PX / 2) * ratio);
    });
  });
}

function drawRun(
  chart: uPlot,
  run: StateRun,
  colour: string,
  y: number,
  colours: ChartColours,
): void {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  const left = Math.max(bbox.left, chart.valToPos(run.from, "x", true));
  const right = Math.min(bbox.left + bbox.width, chart.valToPos(run.to, "x", true));
  if (right <= bbox.left || left >= bbox.left + bbox.width) return;
  const width = Math.max(ratio * 0.75, right - left);
  ctx.fillStyle = colour;
  ctx.fillRect(left, y, width, STRIP_PX * ratio);
  if (width < 24 * ratio) return;
  ctx.fillStyle = colours.ground;
  ctx.fillRect(right - ratio, y, ratio, STRIP_PX * ratio);
  ctx.fillStyle = colours.text;
  if (ctx.measureText(run.state).width + 12 * ratio <= width) {
    ctx.fillText(run.state, left + 6 * ratio, y + (STRIP_PX / 2) * ratio);
  }
}
