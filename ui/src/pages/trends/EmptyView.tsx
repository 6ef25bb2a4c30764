import { Button } from "@mantine/core";
import type { Span } from "../../range/range.ts";
import { useSpeech } from "../../words/words.ts";
import type { TrendSeries } from "./trendData.ts";
import classes from "./trends.module.css";

/** Said over an empty chart, with the way to where data are. */
export function EmptyView(props: {
  series: (TrendSeries | undefined)[];
  span: Span;
  onAll: () => void;
}) {
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
