import type uPlot from "uplot";
import type { Span } from "../../range/range.ts";

export interface InteractionTarget {
  /** A new range was chosen. */
  onZoom: (span: Span) => void;
  /** The view moves while a button is held; the last call of a drag is followed by `onSettle`. */
  onMove: (span: Span) => void;
  onSettle: () => void;
  onReset: () => void;
  onCursor: (time_ms: number | null) => void;
}

const SHORTEST_DRAG_PX = 4;

/** What a pointer does on a time chart: drag zooms, Shift-drag or the middle button moves. */
export function interaction(target: InteractionTarget): uPlot.Plugin {
  return {
    opts: (_chart, options) => {
      options.cursor = {
        ...options.cursor,
        drag: { x: true, y: false, setScale: false, dist: SHORTEST_DRAG_PX },
        bind: {
          mousedown: (_u, _t, handler) => (event) =>
            event.button === 0 && !event.shiftKey ? handler(event) : null,
          dblclick: () => () => {
            target.onReset();
            return null;
          },
        },
      };
      return options;
    },
    hooks: {
      ready: (chart) => bindPan(chart, target),
      setSelect: (chart) => {
        if (chart.select.width < SHORTEST_DRAG_PX) return;
        const from = Math.round(chart.posToVal(chart.select.left, "x"));
        const to = Math.round(chart.posToVal(chart.select.left + chart.select.width, "x"));
        chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        target.onZoom({ from, to });
      },
      setCursor: (chart) => {
        const left = chart.cursor.left ?? -1;
        target.onCursor(left < 0 ? null : chart.posToVal(left, "x"));
      },
    },
  };
}

function spanOf(chart: uPlot): Span {
  return { from: chart.scales.x?.min ?? 0, to: chart.scales.x?.max ?? 1 };
}

function bindPan(chart: uPlot, target: InteractionTarget): void {
  chart.over.addEventListener("pointerdown", (event) => {
    const pans = event.button === 1 || (event.button === 0 && event.shiftKey);
    if (!pans) return;
    event.preventDefault();
    const start = spanOf(chart);
    const perPixel = (start.to - start.from) / chart.over.clientWidth;
    const move = (moved: PointerEvent) => {
      const shift = (event.clientX - moved.clientX) * perPixel;
      target.onMove({ from: Math.round(start.from + shift), to: Math.round(start.to + shift) });
    };
    const up = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      target.onSettle();
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
  });
  chart.over.addEventListener("wheel", (event) => wheel(chart, event, target), { passive: false });
}

/** A sideways wheel moves; with Ctrl or Alt a wheel zooms around the pointer. */
function wheel(chart: uPlot, event: WheelEvent, target: InteractionTarget): void {
  const span = spanOf(chart);
  const length = span.to - span.from;
  const width = chart.over.clientWidth;
  if (event.ctrlKey || event.altKey) {
    event.preventDefault();
    const factor = event.deltaY > 0 ? 1.25 : 0.8;
    const around = event.offsetX / width;
    const from = span.from + length * around * (1 - factor);
    target.onMove({ from: Math.round(from), to: Math.round(from + length * factor) });
    target.onSettle();
  } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    event.preventDefault();
    const shift = (event.deltaX / width) * length;
    target.onMove({ from: Math.round(span.from + shift), to: Math.round(span.to + shift) });
    target.onSettle();
  }
}
