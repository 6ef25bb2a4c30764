import { ActionIcon } from "@mantine/core";
import { IconEye, IconEyeOff, IconX } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Tag } from "../../api/types.ts";
import { useTo } from "../../app/address.ts";
import { usePlace } from "../../app/place.ts";
import { type CursorStore, useCursor } from "../../chart/cursor.ts";
import { type Scheme, seriesColour } from "../../chart/palette.ts";
import { formatMoment } from "../../format/time.ts";
import { unitLabel } from "../../format/unit.ts";
import { moveBetweenRows } from "../../parts/rowKeys.ts";
import type { Span } from "../../range/range.ts";
import { useSpeech } from "../../words/words.ts";
import { ReadoutFigures } from "./ReadoutFigures.tsx";
import { StateKey } from "./StateKey.tsx";
import type { TrendSeries } from "./trendData.ts";
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
        <tbody onKeyDown={moveBetweenRows}>
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
          style={{
            background: series?.kind === "state" ? "transparent" : seriesColour(scheme, index),
          }}
          aria-hidden="true"
        />
        <Link to={to("/plant", { tag: tag.path, scope: parent(tag.path) })} title={tag.description}>
          <bdi>{tag.path}</bdi>
        </Link>
        {series?.kind === "state" ? (
          <StateKey runs={series.states} view={view} scheme={scheme} />
        ) : null}
      </td>
      <ReadoutFigures
        series={series}
        view={view}
        time={time}
        unit={unitLabel(tag.unit)}
        error={errors[index] ?? null}
      />
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
