import { Button, SegmentedControl } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { usePlace, useRange } from "../../app/place.ts";
import { useRangeText } from "../../app/shell/RangePicker.tsx";
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
import { ExportTools } from "./ExportTools.tsx";
import { type Layout, panesOf, placeSeries } from "./panes.ts";
import { ReadoutTable } from "./ReadoutTable.tsx";
import { Suggestions } from "./Suggestions.tsx";
import { TagPicker } from "./TagPicker.tsx";
import { TrendChart } from "./TrendChart.tsx";
import { RAW_LIMIT, type TrendSeries } from "./trendData.ts";
import classes from "./trends.module.css";
import { useChosenTags, useTrendChoice, useTrendData } from "./useTrends.ts";

/** The width a trend is asked for, in steps, so that a resize does not ask anew each pixel. */
function steadyWidth(width: number): number {
  return Math.ceil(width / 128) * 128;
}

function useDetailText(data: readonly (TrendSeries | undefined)[]): string {
  const { words, locale } = useSpeech();
  const widths = new Set(
    data.flatMap((series) => (series?.detail.kind === "buckets" ? [series.detail.bucket_ms] : [])),
  );
  if (widths.size === 0) return data.some(Boolean) ? words.trends.detailRaw : "";
  const widest = Math.max(...widths);
  return words.trends.detailBuckets(formatDuration(widest, locale));
}

export default function TrendsPage() {
  const { words, locale } = useSpeech();
  const choice = useTrendChoice();
  const chosen = useChosenTags(choice.paths);
  const range = useRange();
  const period = useRangeText(range.span);
  if (choice.paths.length === 0) {
    return (
      <Page
        sentence={words.trends.sentenceNone}
        tools={<TagPicker chosen={[]} onAdd={choice.add} />}
      >
        <Suggestions onAdd={choice.add} />
      </Page>
    );
  }
  const names =
    choice.paths.length === 1
      ? (choice.paths[0] ?? "")
      : words.common.tags(choice.paths.length, formatCount(choice.paths.length, locale));
  return (
    <Page sentence={words.trends.sentence(names, period)}>
      {chosen.error ? (
        <ErrorBox error={chosen.error} />
      ) : (
        <Trend choice={choice} chosen={chosen} span={range.span} setSpec={range.setSpec} />
      )}
    </Page>
  );
}

function Trend(props: {
  choice: ReturnType<typeof useTrendChoice>;
  chosen: ReturnType<typeof useChosenTags>;
  span: Span;
  setSpec: ReturnType<typeof useRange>["setSpec"];
}) {
  const { choice, chosen, span, setSpec } = props;
  const { words, locale } = useSpeech();
  const { zone } = usePlace();
  const scheme = useScheme();
  const navigate = useNavigate();
  const { ref, width } = useElementSize();
  const [group] = useState(() => new PaneGroup());
  const [cursor] = useState(() => new CursorStore());
  const result = useTrendData(chosen.tags, span, steadyWidth(width), chosen.ready);
  const placed = useMemo(
    () => placeSeries(chosen.tags, result.data).filter((one) => !choice.hidden.has(one.tag.path)),
    [chosen.tags, result.data, choice.hidden],
  );
  const panes = useMemo(() => panesOf(placed, choice.layout), [placed, choice.layout]);
  const style = useMemo(
    () => ({ colours: coloursOf(scheme), scheme, zone, locale, words, labels: true }),
    [scheme, zone, locale, words],
  );
  const show = (next: Span) => setSpec({ kind: "fixed", ...next });
  const detail = useDetailText(result.data);
  const failed = result.errors.find((error) => error !== null) ?? null;
  const nothing = result.data.every((series) => series === undefined);
  const height = Math.max(320, window.innerHeight - 360);
  return (
    <>
      <div className={classes.tools}>
        <TagPicker chosen={choice.paths} onAdd={choice.add} />
        <SegmentedControl
          size="xs"
          aria-label={words.trends.layout}
          value={choice.layout}
          onChange={(value) => choice.setLayout(value as Layout)}
          data={[
            { value: "stacked", label: words.trends.stacked },
            { value: "overlaid", label: words.trends.overlaid },
          ]}
        />
        <span className={classes.hint}>{detail}</span>
        <span className={classes.spacer} />
        <ExportTools group={group} placed={placed} span={span} />
      </div>
      <div className={classes.frame} ref={ref} style={{ minHeight: height }}>
        {result.fetching && !nothing ? (
          <div className={classes.busy} role="progressbar" aria-label={words.common.loading} />
        ) : null}
        {nothing && failed ? <ErrorBox error={failed} retry={result.retry} /> : null}
        {nothing && !failed ? <Skeleton height={height} /> : null}
        {panes.length > 0 && width > 0 ? (
          <TrendChart
            panes={panes}
            view={span}
            width={width}
            height={height}
            style={style}
            label={words.trends.chartLabel(choice.paths.join(", "))}
            group={group}
            cursor={cursor}
            onView={show}
            onReset={() => setSpec({ kind: "all" })}
            onBack={() => navigate(-1)}
          />
        ) : null}
        <EmptyView series={result.data} span={span} onAll={() => setSpec({ kind: "all" })} />
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
    </>
  );
}

/** Said over an empty chart, with the way to where data are. */
function EmptyView(props: { series: (TrendSeries | undefined)[]; span: Span; onAll: () => void }) {
  const { series, span, onAll } = props;
  const { words } = useSpeech();
  const loaded = series.length > 0 && series.every((one) => one !== undefined);
  const any = series.some((one) => {
    if (!one) return false;
    if (one.kind === "state")
      return one.states.some((run) => run.to > span.from && run.from < span.to);
    return one.times.some(
      (time, i) => time >= span.from && time < span.to && one.values[i] !== null,
    );
  });
  if (!loaded || any) return null;
  return (
    <div className={classes.emptyView}>
      <p>{words.trends.empty}</p>
      <Button size="xs" variant="default" onClick={onAll}>
        {words.trends.showAll}
      </Button>
    </div>
  );
}
