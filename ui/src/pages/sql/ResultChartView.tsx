import { useElementSize } from "@mantine/hooks";
import { lazy, Suspense, useMemo } from "react";
import type uPlot from "uplot";
import { usePlace } from "../../app/place.ts";
import { lonelyPoints, timeAxis, valueAxis } from "../../chart/axes.ts";
import { coloursOf, seriesColour } from "../../chart/palette.ts";
import { endLabels } from "../../chart/plugins/endLabels.ts";
import { TimeChart } from "../../chart/TimeChart.tsx";
import { useScheme } from "../../chart/useScheme.ts";
import { Skeleton } from "../../parts/Skeleton.tsx";
import { useSpeech } from "../../words/words.ts";
import type { ResultChart } from "./result.ts";

const BarChart = lazy(() => import("./BarChart.tsx"));
const HEIGHT_PX = 360;
const BAR_PX = 24;

/** The result of a query as a chart. */
export function ResultChartView({ chart }: { chart: ResultChart }) {
  const scheme = useScheme();
  if (chart.kind === "time") return <LineChart chart={chart} />;
  const height = Math.max(HEIGHT_PX, chart.names.length * BAR_PX);
  return (
    <Suspense fallback={<Skeleton height={height} />}>
      <BarChart chart={chart} scheme={scheme} height={height} />
    </Suspense>
  );
}

function LineChart({ chart }: { chart: Extract<ResultChart, { kind: "time" }> }) {
  const scheme = useScheme();
  const { zone } = usePlace();
  const { locale } = useSpeech();
  const { ref, width } = useElementSize();
  const options = useMemo((): uPlot.Options => {
    const colours = coloursOf(scheme);
    const style = { colours, zone, locale };
    const labels = chart.lines.map((line, i) => ({
      series: i + 1,
      text: line.name,
      colour: seriesColour(scheme, i),
    }));
    return {
      width: 0,
      height: 0,
      ms: 1,
      padding: [12, 168, 0, 0],
      legend: { show: false },
      cursor: { points: { show: false }, y: false, drag: { x: false, y: false } },
      scales: { x: { time: false, auto: false } },
      axes: [timeAxis(style, true), valueAxis(style, "y", 80)],
      series: [
        {},
        ...chart.lines.map((_, i) => ({
          scale: "y",
          stroke: seriesColour(scheme, i),
          width: 1.5,
          points: { show: true, size: 4, filter: lonelyPoints },
        })),
      ],
      plugins: [endLabels(labels, colours)],
    };
  }, [chart, scheme, zone, locale]);
  const data = useMemo(
    (): uPlot.AlignedData => [chart.times, ...chart.lines.map((line) => line.values)],
    [chart],
  );
  const view = useMemo(() => ({ from: chart.times[0] ?? 0, to: chart.times.at(-1) ?? 1 }), [chart]);
  return (
    <div ref={ref} style={{ minHeight: HEIGHT_PX }}>
      {width > 0 ? (
        <TimeChart options={options} data={data} width={width} height={HEIGHT_PX} view={view} />
      ) : null}
    </div>
  );
}
