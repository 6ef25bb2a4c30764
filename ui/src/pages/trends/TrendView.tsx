import { SegmentedControl } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { usePlace, type useRange } from "../../app/place.ts";
import { CursorStore } from "../../chart/cursor.ts";
import { PaneGroup } from "../../chart/PaneGroup.ts";
import { coloursOf } from "../../chart/palette.ts";
import { useScheme } from "../../chart/useScheme.ts";
import { formatDuration } from "../../format/duration.ts";
import { formatCount } from "../../format/number.ts";
import { ErrorBox } from "../../parts/ErrorBox.tsx";
import { Page } from "../../parts/Page.tsx";
import { Skeleton } from "../../parts/Skeleton.tsx";
import type { Span } from "../../range/range.ts";
import { useSpeech } from "../../words/words.ts";
import { EmptyView } from "./EmptyView.tsx";
import { ExportTools } from "./ExportTools.tsx";
import { type Layout, type PlacedSeries, panesOf, placeSeries } from "./panes.ts";
import { ReadoutTable } from "./ReadoutTable.tsx";
import { TagPicker } from "./TagPicker.tsx";
import { TrendChart } from "./TrendChart.tsx";
import { RAW_LIMIT, type TrendSeries } from "./trendData.ts";
import classes from "./trends.module.css";
import { useTrendSentence } from "./useTrendSentence.ts";
import {
  type TrendResult,
  type useChosenTags,
  type useTrendChoice,
  useTrendData,
} from "./useTrends.ts";

/** The width a trend is asked for, in steps, so that a resize does not ask anew each pixel. */
export function steadyWidth(width: number): number {
  return Math.ceil(width / 128) * 128;
}

/** What stands above and below the chart, in pixels; the chart takes the rest of the window. */
const AROUND_CHART_PX = 360;
const LEAST_CHART_PX = 320;

function useDetailText(data: readonly (TrendSeries | undefined)[]): string {
  const { words, locale } = useSpeech();
  const widths = new Set(
    data.flatMap((series) => (series?.detail.kind === "buckets" ? [series.detail.bucket_ms] : [])),
  );
  if (widths.size === 0) return data.some(Boolean) ? words.trends.detailRaw : "";
  const widest = Math.max(...widths);
  return words.trends.detailBuckets(formatDuration(widest, locale));
}

interface TrendViewProps {
  choice: ReturnType<typeof useTrendChoice>;
  chosen: ReturnType<typeof useChosenTags>;
  range: ReturnType<typeof useRange>;
}

/** The chosen tags: chart, tools and the table of readings. */
export function TrendView({ choice, chosen, range }: TrendViewProps) {
  const { words, locale } = useSpeech();
  const { ref, width } = useElementSize();
  const scheme = useScheme();
  const [group] = useState(() => new PaneGroup());
  const [cursor] = useState(() => new CursorStore());
  const { span, spec } = range;
  const live = spec.kind !== "fixed";
  const options = { enabled: chosen.ready, live };
  const result = useTrendData(chosen.tags, span, steadyWidth(width), options);
  const placed = useMemo(
    () => placeSeries(chosen.tags, result.data).filter((one) => !choice.hidden.has(one.tag.path)),
    [chosen.tags, result.data, choice.hidden],
  );
  const sentence = useTrendSentence(chosen.tags, result.data, span);
  return (
    <Page sentence={sentence}>
      <div className={classes.tools}>
        <TagPicker chosen={choice.paths} onAdd={choice.add} />
        <LayoutSwitch layout={choice.layout} onChange={choice.setLayout} />
        <span className={classes.hint}>{useDetailText(result.data)}</span>
        <span className={classes.spacer} />
        <ExportTools group={group} placed={placed} span={span} />
      </div>
      <div ref={ref}>
        <Frame
          result={result}
          placed={placed}
          layout={choice.layout}
          width={width}
          range={range}
          group={group}
          cursor={cursor}
        />
      </div>
      {result.data.some((series) => series?.truncated) ? (
        <p className="muted">{words.trends.tooMany(formatCount(RAW_LIMIT, locale))}</p>
      ) : null}
      <ReadoutTable
        tags={chosen.tags}
        data={result.data}
        errors={result.errors}
        hidden={choice.hidden}
        view={span}
        scheme={scheme}
        cursor={cursor}
        onToggle={choice.toggle}
        onRemove={choice.remove}
      />
      <p className={classes.hint}>{words.trends.hint}</p>
    </Page>
  );
}

function LayoutSwitch({
  layout,
  onChange,
}: {
  layout: Layout;
  onChange: (layout: Layout) => void;
}) {
  const { words } = useSpeech();
  return (
    <SegmentedControl
      size="xs"
      aria-label={words.trends.layout}
      value={layout}
      onChange={(value) => onChange(value as Layout)}
      data={[
        { value: "stacked", label: words.trends.stacked },
        { value: "overlaid", label: words.trends.overlaid },
      ]}
    />
  );
}

interface FrameProps {
  result: TrendResult;
  placed: PlacedSeries[];
  layout: Layout;
  width: number;
  range: TrendViewProps["range"];
  group: PaneGroup;
  cursor: CursorStore;
}

/** The chart, or what stands in its place. */
function Frame({ result, placed, layout, width, range, group, cursor }: FrameProps) {
  const { words, locale } = useSpeech();
  const { zone } = usePlace();
  const scheme = useScheme();
  const navigate = useNavigate();
  const panes = useMemo(() => panesOf(placed, layout), [placed, layout]);
  const style = useMemo(
    () => ({ colours: coloursOf(scheme), scheme, zone, locale, words, labels: true }),
    [scheme, zone, locale, words],
  );
  const height = Math.max(LEAST_CHART_PX, window.innerHeight - AROUND_CHART_PX);
  const failed = result.errors.find((error) => error !== null) ?? null;
  const nothing = result.data.every((series) => series === undefined);
  const all = () => range.setSpec({ kind: "all" });
  return (
    <div className={classes.frame} style={{ minHeight: height }}>
      {result.fetching && !nothing ? (
        <div className={classes.busy} role="progressbar" aria-label={words.common.loading} />
      ) : null}
      {nothing && failed ? <ErrorBox error={failed} retry={result.retry} /> : null}
      {nothing && !failed ? <Skeleton height={height} /> : null}
      {panes.length > 0 && width > 0 ? (
        <TrendChart
          panes={panes}
          view={range.span}
          width={width}
          height={height}
          style={style}
          label={words.trends.chartLabel(placed.map((one) => one.tag.path).join(", "))}
          group={group}
          cursor={cursor}
          onView={(next: Span) => range.setSpec({ kind: "fixed", ...next })}
          onReset={all}
          onBack={() => navigate(-1)}
        />
      ) : null}
      <EmptyView series={result.data} span={range.span} onAll={all} />
    </div>
  );
}
