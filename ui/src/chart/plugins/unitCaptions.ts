import type uPlot from "uplot";
import type { ChartColours } from "../palette.ts";
import { textPlugin } from "./textPlugin.ts";

/** The unit of an axis, in a row of its own above the plot. */
export interface UnitCaption {
  text: string;
  side: "left" | "right";
  offset_px: number; // from the plot's edge to the axis' inner edge
  width_px: number; // of the axis
}

/** The height of the row that captions stand in. */
export const CAPTION_ROW_PX = 20;

/**
 * Units above the outer end of their axes, so that none is cut by the edge of the chart. `above_px`
 * lies between the plot and the row.
 */
export function unitCaptions(
  captions: readonly UnitCaption[],
  colours: ChartColours,
  above_px = 8,
): uPlot.Plugin {
  return textPlugin("bottom", ({ ctx, bbox, ratio }) => {
    ctx.fillStyle = colours.muted;
    for (const { text, side, offset_px, width_px } of captions) {
      const outer = bbox.left - (offset_px + width_px) * ratio;
      const inner = bbox.left + bbox.width + (offset_px + 8) * ratio;
      ctx.fillText(text, side === "left" ? Math.max(0, outer) : inner, bbox.top - above_px * ratio);
    }
  });
}
