import type uPlot from "uplot";
import { type AxisStyle, timeAxis, valueAxis } from "../../chart/axes.ts";
import { withAlpha } from "../../chart/palette.ts";
import { endLabels } from "../../chart/plugins/endLabels.ts";
import { type VerticalMark, verticalMarks } from "../../chart/plugins/marks.ts";
import { CAPTION_ROW_PX, unitCaptions } from "../../chart/plugins/unitCaptions.ts";

const AXIS_PX = 72;
const LABELS_PX = 152;
const MARKS_PX = 24;
const SYNC = "initiative";

export interface ChartNames {
  unit: string;
  marks: VerticalMark[];
  onCursor: (time_ms: number | null) => void;
}

function frame(
  style: AxisStyle,
  names: ChartNames,
  showTime: boolean,
): Omit<uPlot.Options, "series"> {
  const unit = { text: names.unit, side: "left", offset_px: 0, width_px: AXIS_PX } as const;
  return {
    width: 0,
    height: 0,
    ms: 1,
    padding: [CAPTION_ROW_PX + MARKS_PX, LABELS_PX, 0, 0],
    legend: { show: false },
    cursor: {
      points: { show: false },
      y: false,
      drag: { x: true, y: false },
      sync: { key: SYNC },
    },
    scales: { x: { time: false, auto: false } },
    hooks: {
      setCursor: [
        (chart) => {
          const left = chart.cursor.left ?? -1;
          names.onCursor(left < 0 ? null : chart.posToVal(left, "x"));
        },
      ],
    },
    axes: [timeAxis(style, showTime), valueAxis(style, "y", AXIS_PX)],
    plugins: [
      unitCaptions([unit], style.colours, MARKS_PX),
      verticalMarks(names.marks, style.colours),
    ],
  };
}

const hidden: uPlot.Series = {
  scale: "y",
  stroke: "transparent",
  width: 0,
  points: { show: false },
};

/**
 * Series: 1 band high, 2 band low, 3 gain high, 4 gain low, 5 loss high, 6 loss low,
 * 7 counterfactual, 8 actual.
 */
export function energyOptions(
  style: AxisStyle,
  names: ChartNames & { actual: string; counterfactual: string; showTime: boolean },
): uPlot.Options {
  const { colours } = style;
  const line: uPlot.Series = { scale: "y", spanGaps: false, points: { show: false } };
  const base = frame(style, names, names.showTime);
  const labels = [
    { series: 8, text: names.actual, colour: colours.text },
    { series: 7, text: names.counterfactual, colour: colours.accent },
  ];
  return {
    ...base,
    series: [
      {},
      ...Array.from({ length: 6 }, () => ({ ...hidden })),
      { ...line, stroke: colours.accent, width: 1.5 },
      { ...line, stroke: colours.text, width: 1.5 },
    ],
    bands: [
      { series: [1, 2], fill: withAlpha(colours.accent, 0.14) },
      { series: [3, 4], fill: withAlpha(colours.gain, 0.45) },
      { series: [5, 6], fill: withAlpha(colours.loss, 0.35) },
    ],
    plugins: [...(base.plugins ?? []), endLabels(labels, colours)],
  };
}

/** Series: 1 band high, 2 band low, 3 cost, 4 money. */
export function moneyOptions(
  style: AxisStyle,
  names: ChartNames & { money: string; cost: string },
): uPlot.Options {
  const { colours } = style;
  const base = frame(style, names, true);
  const labels = [
    { series: 4, text: names.money, colour: colours.text },
    { series: 3, text: names.cost, colour: colours.muted },
  ];
  return {
    ...base,
    scales: {
      ...base.scales,
      y: {
        range: (_chart, low, high) => {
          const bottom = Math.min(0, low ?? 0);
          const top = Math.max(0, high ?? 1);
          const air = (top - bottom || 1) * 0.05;
          return [bottom < 0 ? bottom - air : 0, top + air];
        },
      },
    },
    series: [
      {},
      { ...hidden },
      { ...hidden },
      { scale: "y", stroke: colours.muted, width: 1, dash: [4, 3], points: { show: false } },
      { scale: "y", stroke: colours.text, width: 1.5, points: { show: false } },
    ],
    bands: [{ series: [1, 2], fill: withAlpha(colours.accent, 0.14) }],
    plugins: [...(base.plugins ?? []), endLabels(labels, colours)],
  };
}
