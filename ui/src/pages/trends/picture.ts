import type uPlot from "uplot";
import type { ChartColours } from "../../chart/palette.ts";
import { saveBlob } from "../../parts/save.ts";

const HEAD_PX = 56;
const MARGIN_PX = 16;

/** The charts under each other with a title, as a PNG in device pixels. */
export async function savePng(
  charts: readonly uPlot[],
  title: string,
  period: string,
  colours: ChartColours,
): Promise<void> {
  const ratio = devicePixelRatio;
  const pictures = charts.map((chart) => chart.ctx.canvas);
  const width = Math.max(...pictures.map((picture) => picture.width)) + 2 * MARGIN_PX * ratio;
  const height = pictures.reduce(
    (sum, picture) => sum + picture.height,
    HEAD_PX * ratio + MARGIN_PX * ratio,
  );
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.fillStyle = colours.ground;
  context.fillRect(0, 0, width, height);
  context.fillStyle = colours.text;
  context.textBaseline = "top";
  context.font = `600 ${14 * ratio}px Inter, sans-serif`;
  context.fillText(title, MARGIN_PX * ratio, 12 * ratio, width - 2 * MARGIN_PX * ratio);
  context.fillStyle = colours.muted;
  context.font = `${12 * ratio}px Inter, sans-serif`;
  context.fillText(period, MARGIN_PX * ratio, 34 * ratio);
  let top = HEAD_PX * ratio;
  for (const picture of pictures) {
    context.drawImage(picture, MARGIN_PX * ratio, top);
    top += picture.height;
  }
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob) saveBlob("trend.png", blob);
}
