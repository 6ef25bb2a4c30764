import type uPlot from "uplot";
import { FONT } from "../axes.ts";

/** A CSS font with its size in device pixels, as a canvas wants it. */
function scaled(font: string): string {
  return font.replace(/(\d+)px/, (_, size: string) => `${Number(size) * devicePixelRatio}px`);
}

/** What a plugin draws with: places are in device pixels, `ratio` of them to a CSS pixel. */
export interface Pen {
  chart: uPlot;
  ctx: CanvasRenderingContext2D;
  bbox: uPlot.BBox;
  ratio: number;
}

/** A plugin that writes over a finished chart in its font, and leaves the canvas as it was. */
export function textPlugin(baseline: CanvasTextBaseline, draw: (pen: Pen) => void): uPlot.Plugin {
  const hook = (chart: uPlot) => {
    const { ctx, bbox } = chart;
    ctx.save();
    ctx.font = scaled(FONT);
    ctx.textAlign = "left";
    ctx.textBaseline = baseline;
    draw({ chart, ctx, bbox, ratio: devicePixelRatio });
    ctx.restore();
  };
  return { hooks: { draw: hook } };
}
