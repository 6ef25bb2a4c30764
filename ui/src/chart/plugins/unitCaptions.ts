import type uPlot from "uplot";
import { FONT } from "../axes.ts";
import { scaled } from "./limitLines.ts";

export interface UnitCaption {
  text: string;
  side: "left" | "right";
  offset_px: number; // from the plot's edge to the axis' outer edge
  colour: string;
}

/** The unit of an axis above its top end. */
export function unitCaptions(captions: readonly UnitCaption[]): uPlot.Plugin {
  const draw = (chart: uPlot) => {
    const { ctx, bbox } = chart;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.font = scaled(FONT);
    ctx.textBaseline = "bottom";
    for (const caption of captions) {
      ctx.fillStyle = caption.colour;
      ctx.textAlign = caption.side === "left" ? "right" : "left";
      const x =
        caption.side === "left"
          ? bbox.left - (caption.offset_px + 8) * ratio
          : bbox.left + bbox.width + (caption.offset_px + 8) * ratio;
      ctx.fillText(caption.text, x, bbox.top - 8 * ratio);
    }
    ctx.restore();
  };
  return { hooks: { draw } };
}
