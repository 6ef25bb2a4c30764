import { Link, useNavigate } from "react-router";
import { useTo } from "../../app/address.ts";
import { formatAge } from "../../format/duration.ts";
import { unitLabel } from "../../format/unit.ts";
import { Reading, StateMark } from "../../parts/Reading.tsx";
import { moveBetweenRows } from "../../parts/rowKeys.ts";
import { commonParent, relativePath } from "../../tree/tree.ts";
import { useSpeech } from "../../words/words.ts";
import classes from "./plant.module.css";
import type { TagRow } from "./selection.ts";

/** Tags with their newest values; a row leads to the tag. */
export function LiveTable({ rows, now }: { rows: TagRow[]; now: number }) {
  const { words, locale } = useSpeech();
  const to = useTo();
  const navigate = useNavigate();
  const shared = commonParent(rows.map((row) => row.tag.path));
  const address = (path: string) =>
    to("/plant", { tag: path, scope: path.slice(0, Math.max(0, path.lastIndexOf("/"))) });
  return (
    <table className={classes.live}>
      <thead>
        <tr>
          <th>{shared === "" ? words.plant.tag : words.plant.tagsUnder(shared)}</th>
          <th className={classes.mark}>
            <span className="visually-hidden">{words.plant.state}</span>
          </th>
          <th className="number">{words.plant.value}</th>
          <th>{words.plant.unit}</th>
          <th className="number">{words.plant.age}</th>
          <th className={classes.description}>{words.plant.description}</th>
        </tr>
      </thead>
      <tbody onKeyDown={moveBetweenRows}>
        {rows.map(({ tag, value }) => (
          <tr key={tag.path} onClick={() => navigate(address(tag.path))}>
            <td className={classes.path}>
              <Link to={address(tag.path)} onClick={(event) => event.stopPropagation()}>
                {relativePath(tag.path, shared)}
              </Link>
              {tag.description ? (
                <span className={classes.under} title={tag.description} aria-hidden="true">
                  {tag.description}
                </span>
              ) : null}
            </td>
            <td className={classes.mark}>
              <StateMark value={value} now={now} />
            </td>
            <td className="number">
              <Reading value={value} now={now} withUnit={false} />
            </td>
            <td className="unit">{unitLabel(tag.unit)}</td>
            <td className="number unit">
              {value.time === null ? "\u2013" : formatAge(now - value.time, locale)}
            </td>
            <td className={classes.description} title={tag.description}>
              {tag.description}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
