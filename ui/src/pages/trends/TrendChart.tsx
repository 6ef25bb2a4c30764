import { type KeyboardEvent, useEffect, useMemo, useRef } from "react";
import type { CursorStore } from "../../chart/cursor.ts";
import type { PaneGroup } from "../../chart/PaneGroup.ts";
import type { InteractionTarget } from "../../chart/plugins/interaction.ts";
import { TimeChart } from "../../chart/TimeChart.tsx";
import { panSpan, type Span, zoomSpan } from "../../range/range.ts";
import {
  hasRoomForNames,
  type PaneStyle,
  paneData,
  paneHeights,
  paneOptions,
  sharedGutters,
} from "./paneOptions.ts";
import type { Pane } from "./panes.ts";
import classes from "./trends.module.css";

interface TrendChartProps {
  panes: Pane[];
  view: Span;
  width: number;
  height: number;
  style: Omit<PaneStyle, "showTime" | "gutters">;
  label: string;
  group: PaneGroup;
  cursor: CursorStore;
  onView: (span: Span) => void;
  onReset: () => void;
  onBack: () => void;
}

const SETTLE_MS = 180;

/** Turns what a pointer does into views: at once on the panes, then once in the address. */
function useTarget(props: TrendChartProps): InteractionTarget {
  const latest = useRef(props);
  latest.current = props;
  const timer = useRef(0);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return useMemo(
    () => ({
      onZoom: (span) => latest.current.onView(span),
      onMove: (span) => {
        window.clearTimeout(timer.current);
        latest.current.group.show(span);
      },
      onSettle: () => {
        window.clearTimeout(timer.current);
        timer.current = window.setTimeout(() => {
          const { group, onView } = latest.current;
          const moved = group.moved;
          group.settle();
          if (moved) onView(moved);
        }, SETTLE_MS);
      },
      onReset: () => latest.current.onReset(),
      onCursor: (time) => latest.current.cursor.set(time),
    }),
    [],
  );
}

const PAN_SHARE = 0.25;
const CURSOR_STEP_PX = 4;

/**
 * The view that the next key starts from. Keys can come faster than the address is drawn: each moves
 * the view that the one before asked for.
 */
function useAskedView(view: Span, onView: (span: Span) => void) {
  const asked = useRef<Span[]>([]);
  useEffect(() => {
    const drawn = asked.current.findIndex(({ from, to }) => from === view.from && to === view.to);
    asked.current = drawn < 0 ? [] : asked.current.slice(drawn + 1);
  }, [view]);
  const change = (changed: (span: Span) => Span) => {
    const next = changed(asked.current.at(-1) ?? view);
    asked.current.push(next);
    onView(next);
  };
  return change;
}

/** What a key does to the chart; undefined for keys that are not its own. */
function actionOf(
  event: KeyboardEvent,
  props: TrendChartProps,
  change: ReturnType<typeof useAskedView>,
): (() => void) | undefined {
  const { group } = props;
  const earlier = event.key === "ArrowLeft" ? -1 : 1;
  switch (event.key) {
    case "ArrowLeft":
    case "ArrowRight":
      if (event.shiftKey) return () => group.moveCursor(earlier * CURSOR_STEP_PX);
      return () => change((view) => panSpan(view, earlier * PAN_SHARE));
    case "+":
    case "=":
      return () => change((view) => zoomSpan(view, 0.5));
    case "-":
      return () => change((view) => zoomSpan(view, 2));
    case "0":
      return props.onReset;
    case "Backspace":
      return props.onBack;
    default:
      return undefined;
  }
}

function useKeys(props: TrendChartProps): (event: KeyboardEvent) => void {
  const change = useAskedView(props.view, props.onView);
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = actionOf(event, props, change);
    if (!action) return;
    event.preventDefault();
    action();
  };
}

/** The panes of a trend, one under the other, with one time axis and one cursor. */
export function TrendChart(props: TrendChartProps) {
  const { panes, width, height, label, style } = props;
  const target = useTarget(props);
  const onKeyDown = useKeys(props);
  const heights = paneHeights(panes, height);
  const gutters = sharedGutters(panes);
  const { left, right } = gutters;
  const labels = style.labels && hasRoomForNames(width, gutters);
  const shared = useMemo(
    () => ({ ...style, labels, gutters: { left, right } }),
    [style, labels, left, right],
  );
  return (
    <div
      className={classes.chart}
      role="application"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the chart is driven by keys
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      {panes.map((pane, index) => (
        <PaneChart
          key={pane.key}
          {...props}
          style={shared}
          pane={pane}
          target={target}
          width={width}
          height={heights[index] ?? 200}
          showTime={index === panes.length - 1}
        />
      ))}
    </div>
  );
}

/** What a pane looks like, apart from its data: as long as this stays, the chart is only fed. */
function shapeOf(pane: Pane): string {
  return pane.members
    .map(({ tag, index, name, series }) =>
      [tag.path, tag.unit, index, name, series.lows === null, JSON.stringify(tag.limits)].join("|"),
    )
    .join("\n");
}

function PaneChart(
  props: Omit<TrendChartProps, "style"> & {
    pane: Pane;
    target: InteractionTarget;
    style: Omit<PaneStyle, "showTime">;
    showTime: boolean;
  },
) {
  const { pane, style, target, showTime, group, view, width, height } = props;
  const current = useRef(pane);
  current.current = pane;
  const shape = shapeOf(pane);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for the pane
  const options = useMemo(
    () => paneOptions(current.current, { ...style, showTime }, target, () => current.current),
    [shape, style, showTime, target],
  );
  const data = useMemo(() => paneData(pane), [pane]);
  return (
    <TimeChart
      options={options}
      data={data}
      width={width}
      height={height}
      view={view}
      attach={group.attach}
    />
  );
}
