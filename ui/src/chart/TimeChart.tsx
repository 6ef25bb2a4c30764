import "uplot/dist/uPlot.min.css";
import { useEffect, useRef } from "react";
import uPlot from "uplot";

interface TimeChartProps {
  /** A new object builds the chart anew; keep it steady while only data change. */
  options: uPlot.Options;
  data: uPlot.AlignedData;
  width: number;
  height: number;
  view: { from: number; to: number };
  /** Told of the chart when it is there and when it goes. */
  attach?: (chart: uPlot) => () => void;
}

/** uPlot in React: built once for its options, then only fed. Times are milliseconds. */
export function TimeChart({ options, data, width, height, view, attach }: TimeChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef({ data, width, height, view });
  latest.current = { data, width, height, view };

  useEffect(() => {
    if (!host.current) return;
    const now = latest.current;
    const made = new uPlot(
      { ...options, width: now.width, height: now.height },
      now.data,
      host.current,
    );
    made.setScale("x", { min: now.view.from, max: now.view.to });
    chart.current = made;
    const detach = attach?.(made);
    return () => {
      detach?.();
      made.destroy();
      chart.current = null;
    };
  }, [options, attach]);

  useEffect(() => {
    const made = chart.current;
    if (made && (made.width !== width || made.height !== height)) made.setSize({ width, height });
  }, [width, height]);

  useEffect(() => {
    const made = chart.current;
    if (!made || made.data === data) return;
    made.batch(() => {
      made.setData(data, false);
      made.setScale("x", { min: latest.current.view.from, max: latest.current.view.to });
    });
  }, [data]);

  useEffect(() => {
    chart.current?.setScale("x", { min: view.from, max: view.to });
  }, [view]);

  return <div ref={host} style={{ width, height }} />;
}
