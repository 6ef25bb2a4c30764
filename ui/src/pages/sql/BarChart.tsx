import { BarChart as Bars } from "echarts/charts";
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
} from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { elide } from "../../chart/labels.ts";
import { coloursOf, type Scheme, seriesColour } from "../../chart/palette.ts";
import { formatReading } from "../../format/number.ts";
import { useSpeech } from "../../words/words.ts";
import type { ResultChart } from "./result.ts";

use([Bars, GridComponent, TooltipComponent, LegendComponent, AriaComponent, CanvasRenderer]);

type BarResult = Extract<ResultChart, { kind: "bars" }>;

function optionOf(chart: BarResult, scheme: Scheme, locale: string) {
  const colours = coloursOf(scheme);
  const text = { color: colours.muted, fontFamily: "Inter", fontSize: 12 };
  const figure = (value: unknown) =>
    typeof value === "number" ? formatReading(value, locale) : "\u2013";
  const long = chart.names.some((name) => name.length > 12) || chart.names.length > 24;
  const names = {
    type: "category",
    data: chart.names,
    axisLabel: { ...text, hideOverlap: true, formatter: (name: string) => elide(name, 36) },
    axisLine: { lineStyle: { color: colours.border } },
    axisTick: { show: false },
    inverse: long,
  };
  const values = {
    type: "value",
    axisLabel: { ...text, formatter: figure },
    splitLine: { lineStyle: { color: colours.grid } },
  };
  return {
    animation: false,
    aria: { enabled: true },
    textStyle: { fontFamily: "Inter" },
    grid: {
      left: 8,
      right: 24,
      top: chart.bars.length > 1 ? 32 : 12,
      bottom: 8,
      containLabel: true,
    },
    legend: { show: chart.bars.length > 1, top: 0, textStyle: text, itemWidth: 12, itemHeight: 8 },
    tooltip: {
      trigger: "axis",
      axisPointer: { type: "shadow" },
      backgroundColor: colours.ground,
      borderColor: colours.border,
      textStyle: { color: colours.text, fontSize: 12 },
      valueFormatter: figure,
    },
    xAxis: long ? values : names,
    yAxis: long ? names : values,
    series: chart.bars.map((bar, i) => ({
      type: "bar",
      name: bar.name,
      data: bar.values,
      barMaxWidth: 28,
      itemStyle: { color: seriesColour(scheme, i) },
    })),
  };
}

/** Bars by name; they lie on their side when the names are long. They always start at zero. */
export default function BarChart({
  chart,
  scheme,
  height,
}: {
  chart: BarResult;
  scheme: Scheme;
  height: number;
}) {
  const { locale } = useSpeech();
  const host = useRef<HTMLDivElement>(null);
  const made = useRef<EChartsType | null>(null);
  useEffect(() => {
    if (!host.current) return;
    const instance = init(host.current);
    made.current = instance;
    const observer = new ResizeObserver(() => instance.resize());
    observer.observe(host.current);
    return () => {
      observer.disconnect();
      instance.dispose();
      made.current = null;
    };
  }, []);
  useEffect(() => {
    made.current?.setOption(optionOf(chart, scheme, locale), true);
  }, [chart, scheme, locale]);
  return <div ref={host} style={{ height }} />;
}
