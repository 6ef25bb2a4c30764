import { useElementSize } from "@mantine/hooks";
import { useMemo, useState } from "react";
import type { Tag } from "../../api/types.ts";
import { lifeOf, usePlace, useRange } from "../../app/place.ts";
import { CursorStore } from "../../chart/cursor.ts";
import { PaneGroup } from "../../chart/PaneGroup.ts";
import { coloursOf } from "../../chart/palette.ts";
import { useScheme } from "../../chart/useScheme.ts";
import { ErrorBox } from "../../parts/ErrorBox.tsx";
import { Skeleton } from "../../parts/Skeleton.tsx";
import type { Span } from "../../range/range.ts";
import { useSpeech } from "../../words/words.ts";
import { EmptyView } from "../trends/EmptyView.tsx";
import { panesOf, placeSeries } from "../trends/panes.ts";
import { TrendChart } from "../trends/TrendChart.tsx";
import { steadyWidth } from "../trends/TrendView.tsx";
import { useTrendData } from "../trends/useTrends.ts";
import classes from "./plant.module.css";

const HEIGHT_PX = 300;

/** One tag over the chosen range, with everything a trend can do. */
export function TagTrend({ tag }: { tag: Tag }) {
  const { words, locale } = useSpeech();
  const { zone } = usePlace();
  const life = useMemo(() => lifeOf([tag]), [tag]);
  const { span, spec, setSpec } = useRange(life);
  const scheme = useScheme();
  const { ref, width } = useElementSize();
  const [group] = useState(() => new PaneGroup());
  const [cursor] = useState(() => new CursorStore());
  const tags = useMemo(() => [tag], [tag]);
  const result = useTrendData(tags, span, steadyWidth(width), {
    enabled: true,
    live: spec.kind !== "fixed",
  });
  const panes = useMemo(
    () => panesOf(placeSeries(tags, result.data), "stacked"),
    [tags, result.data],
  );
  const style = useMemo(
    () => ({ colours: coloursOf(scheme), scheme, zone, locale, words, labels: false }),
    [scheme, zone, locale, words],
  );
  const error = result.errors[0];
  return (
    <div ref={ref} className={classes.trend} style={{ minHeight: HEIGHT_PX }}>
      {error && panes.length === 0 ? <ErrorBox error={error} retry={result.retry} /> : null}
      {!error && panes.length === 0 ? <Skeleton height={HEIGHT_PX} /> : null}
      {panes.length > 0 && width > 0 ? (
        <TrendChart
          panes={panes}
          view={span}
          width={width}
          height={HEIGHT_PX}
          style={style}
          label={words.trends.chartLabel(tag.path)}
          group={group}
          cursor={cursor}
          onView={(next: Span) => setSpec({ kind: "fixed", ...next })}
          onReset={() => setSpec({ kind: "all" })}
          onBack={() => window.history.back()}
        />
      ) : null}
      <EmptyView series={result.data} span={span} onAll={() => setSpec({ kind: "all" })} />
    </div>
  );
}
