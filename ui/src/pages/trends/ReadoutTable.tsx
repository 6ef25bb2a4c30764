import { ActionIcon } from "@mantine/core";
import { IconEye, IconEyeOff, IconX } from "@tabler/icons-react";
import { memo } from "react";
import { Link } from "react-router";
import type { Tag } from "../../api/types.ts";
import { useTo } from "../../app/address.ts";
import { usePlace } from "../../app/place.ts";
import { type Scheme, seriesColour } from "../../chart/palette.ts";
import { formatNumber, resolutionOf } from "../../format/number.ts";
import { formatMoment } from "../../format/time.ts";
import { unitLabel } from "../../format/unit.ts";
import type { Span } from "../../range/range.ts";
import { useSpeech } from "../../words/words.ts";
import { type CursorStore, useCursor } from "./cursor.ts";
import { summaryOf, type TrendSeries, valueAt } from "./trendData.ts";
import classes from "./trends.module.css";

interface ReadoutProps {
  tags: Tag[];
  data: (TrendSeries | undefined)[];
  errors: (Error | null)[];
  hidden: ReadonlySet<string>;
  view: Span;
  scheme: Scheme;
  cursor: CursorStore;
  onToggle: (path: string) => void;
  onRemove: (path: string) => void;
}

/** The chosen tags with their values at the cursor and over the view. */
export function ReadoutTable(props: ReadoutProps) {
  const { words, locale } = useSpeech();
  const { zone } = usePlace();
  const time = useCursor(props.cursor);
  const title =
    time === null ? words.trends.newest : formatMoment(time, zone, locale, precisionOf(props.view));
  return (
    <div className={classes.tableScroll}>
      <table className={classes.readout}>
        <thead>
          <tr>
            <th>{words.plant.tag}</th>
            <th className={`number ${classes.atCursor}`}>{title}</th>
            <th className="number">{words.trends.lowest}</th>
            <th className="number">{words.trends.mean}</th>
            <th className="number">{words.trends.highest}</th>
            <th>{words.plant.unit}</th>
            <th>
              <span className="visually-hidden">{words.shell.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {props.tags.map((tag, index) => (
            <Row key={tag.path} {...props} tag={tag} index={index} time={time} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How exactly a cursor can point: a pixel of the view. */
export function precisionOf(view: Span): number {
  const length = view.to - view.from;
  if (length > 400 * 86_400_000) return 86_400_000;
  if (length > 600_000) return 60_000;
  return length > 10_000 ? 1000 : 1;
}

function Row(props: ReadoutProps & { tag: Tag; index: number; time: number | null }) {
  const { tag, index, data, errors, hidden, view, scheme, time } = props;
  const words = useSpeech().words;
  const to = useTo();
  const series = data[index];
  const hides = hidden.has(tag.path);
  const name = hides ? words.trends.show(tag.path) : words.trends.hide(tag.path);
  return (
    <tr data-hidden={hides}>
      <td className={classes.tagCell}>
        <span
          className={classes.chip}
          style={{ background: seriesColour(scheme, index) }}
          aria-hidden="true"
        />
        <Link to={to("/plant", { tag: tag.path, scope: parent(tag.path) })} title={tag.description}>
          {tag.path}
        </Link>
      </td>
      <Figures series={series} view={view} time={time} error={errors[index] ?? null} />
      <td className="unit">{unitLabel(tag.unit)}</td>
      <td className={classes.rowTools}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={name}
          aria-pressed={hides}
          onClick={() => props.onToggle(tag.path)}
        >
          {hides ? <IconEyeOff size={16} stroke={1.5} /> : <IconEye size={16} stroke={1.5} />}
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={words.trends.remove(tag.path)}
          onClick={() => props.onRemove(tag.path)}
        >
          <IconX size={16} stroke={1.5} />
        </ActionIcon>
      </td>
    </tr>
  );
}

function parent(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

const Figures = memo(function Figures(props: {
  series: TrendSeries | undefined;
  view: Span;
  time: number | null;
  error: Error | null;
}) {
  const { series, view, time, error } = props;
  const { words, locale } = useSpeech();
  if (error)
    return (
      <td colSpan={4} className={classes.rowError}>
        {error.message}
      </td>
    );
  if (!series)
    return (
      <td colSpan={4} className="muted number">
        {words.common.loading}
      </td>
    );
  if (series.kind === "state") {
    const state = time === null ? (series.states.at(-1)?.state ?? null) : valueAt(series, time);
    return (
      <>
        <td className="number">{state ?? "\u2013"}</td>
        <td colSpan={3} />
      </>
    );
  }
  const summary = summaryOf(series, view);
  const decimals = resolutionOf([summary.low, summary.high, summary.newest]);
  const shown = time === null ? summary.newest : valueAt(series, time);
  return (
    <>
      {[shown, summary.low, summary.mean, summary.high].map((value, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: four columns in a fixed order
        <td key={i} className="number">
          {typeof value === "number" ? formatNumber(value, decimals, locale) : "\u2013"}
        </td>
      ))}
    </>
  );
});
