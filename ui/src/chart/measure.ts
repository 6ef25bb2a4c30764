import { FONT } from "./axes.ts";

/** Widths of texts as a chart draws them. */

/** Of a digit in the font of the charts; stands in where there is no canvas to measure with. */
const CHARACTER_PX = 8;

let context: CanvasRenderingContext2D | null | undefined;

function measuring(): CanvasRenderingContext2D | null {
  if (typeof document === "undefined") return null;
  if (context === undefined) context = document.createElement("canvas").getContext("2d");
  return context;
}

/** The width of a text in the font of the axes, rounded up to whole pixels. */
export function textWidth(text: string): number {
  const canvas = measuring();
  if (!canvas) return text.length * CHARACTER_PX;
  canvas.font = FONT;
  return Math.ceil(canvas.measureText(text).width);
}
