import type uPlot from "uplot";
import type { ChartColours } from "../palette.ts";
import { textPlugin } from "./textPlugin.ts";

export interface VerticalMark {
  time: number;
  label: string;
  dashed: boolean;
}

/** Events as vertical lines with a word at their top, to the right or, near the edge, to the left. */
export function verticalMarks(marks: readonly VerticalMark[], colours: ChartColours): uPlot.Plugin {
  return textPlugin("bottom", ({ chart, ctx, bbox, ratio }) => {
    ctx.lineWidth = ratio;
    for (const mark of marks) {
      const x = Math.round(chart.valToPos(mark.time, "x", true));
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.strokeStyle = colours.muted;
      ctx.setLineDash(mark.dashed ? [3 * ratio, 3 * ratio] : []);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top - 4 * ratio);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      const width = ctx.measureText(mark.label).width;
      const leftward = x + width + 8 * ratio > bbox.left + bbox.width;
      ctx.textAlign = leftward ? "right" : "left";
      ctx.fillStyle = colours.text;
      ctx.fillText(mark.label, x + (leftward ? -4 : 4) * ratio, bbox.top - 4 * ratio);
    }
  });
}
