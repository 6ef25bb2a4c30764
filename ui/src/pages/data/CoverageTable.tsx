import { ActionIcon, SegmentedControl } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { Fragment } from "react";
import { Link } from "react-router";
import type { Coverage, TagCoverage } from "../../api/types.ts";
import { usePageParams, useTo } from "../../app/address.ts";
import { usePlace } from "../../app/place.ts";
import { formatDuration } from "../../format/duration.ts";
import { formatCount } from "../../format/number.ts";
import { formatStamp } from "../../format/time.ts";
import { moveBetweenRows } from "../../parts/rowKeys.ts";
import { SaveButton } from "../../parts/SaveButton.tsx";
import { SilentTags } from "../../parts/SilentTags.tsx";
import { type CsvCell, csvOf, saveText } from "../../parts/save.ts";
import type { Span } from "../../range/range.ts";
import { commonParent, relativePath } from "../../tree/tree.ts";
import { useSpeech } from "../../words/words.ts";
import { CoverageStrip } from "./CoverageStrip.tsx";
import classes from "./data.module.css";
import { byName, longestGap, shareText, worstFirst } from "./order.ts";

const DASH = "\u2013";

function csvRows(tags: readonly TagCoverage[]): CsvCell[][] {
  const head = [
    "tag",
    "coverage",
    "samples",
    "expected",
    "gaps",
    "longest_gap_ms",
    "bad",
    "refused",
    "since",
  ];
  const rows = tags.map((tag) => [
    tag.tag,
    tag.coverage,
    tag.samples,
    tag.expected,
    tag.gap_count ?? tag.gaps.length,
    longestGap(tag),
    tag.bad,
    tag.dead_letters,
    new Date(tag.from).toISOString(),
  ]);
  return [head, ...rows];
}

/** Every tag of the scope with how complete it is and where it is not. */
export function CoverageTable({ coverage, span }: { coverage: Coverage; span: Span }) {
  const { words } = useSpeech();
  const { params, set } = usePageParams();
  const order = params.get("order") === "name" ? "name" : "worst";
  const open = params.get("tag");
  const tags = order === "name" ? byName(coverage.tags) : worstFirst(coverage.tags);
  const shared = commonParent(tags.map((tag) => tag.tag));
  return (
    <div>
      <div className={classes.tools}>
        <SegmentedControl
          size="xs"
          aria-label={words.data.order}
          value={order}
          onChange={(value) => set("order", value === "name" ? "name" : null, true)}
          data={[
            { value: "worst", label: words.data.worstFirst },
            { value: "name", label: words.data.byName },
          ]}
        />
        <Key />
        <SaveButton save={() => saveText("coverage.csv", "text/csv", csvOf(csvRows(tags)))} />
      </div>
      <SilentTags tags={tags} />
      <div className={classes.scroll}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th>{shared === "" ? words.data.tag : words.plant.tagsUnder(shared)}</th>
              <th className={classes.stripCell}>{words.data.strip}</th>
              <th className="number">{words.data.complete}</th>
              <th className="number">{words.data.gapsColumn}</th>
              <th className="number">{words.data.longest}</th>
              <th className="number">{words.data.badColumn}</th>
              <th className="number" title={words.data.refusedHint}>
                {words.data.refusedColumn}
              </th>
            </tr>
          </thead>
          <tbody onKeyDown={moveBetweenRows}>
            {tags.map((tag) => (
              <Fragment key={tag.tag}>
                <Row
                  tag={tag}
                  name={relativePath(tag.tag, shared)}
                  span={span}
                  open={open === tag.tag}
                  onToggle={() => set("tag", open === tag.tag ? null : tag.tag, true)}
                />
                {open === tag.tag ? <GapRows tag={tag} /> : null}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Key() {
  const { words } = useSpeech();
  const kinds = [
    ["full", words.data.keyFull],
    ["part", words.data.keyPart],
    ["empty", words.data.keyEmpty],
    ["silent", words.data.keySilent],
    ["before", words.data.keyBefore],
  ];
  return (
    <p className={classes.key}>
      {kinds.map(([kind, name]) => (
        <span key={kind} className={classes.keyItem}>
          <span className={classes.swatch} data-kind={kind} aria-hidden="true" /> {name}
        </span>
      ))}
    </p>
  );
}

function Row(props: {
  tag: TagCoverage;
  name: string;
  span: Span;
  open: boolean;
  onToggle: () => void;
}) {
  const { tag, name, span, open, onToggle } = props;
  const { words, locale } = useSpeech();
  const { zone } = usePlace();
  const to = useTo();
  const gaps = tag.gap_count ?? tag.gaps.length;
  const longest = longestGap(tag);
  return (
    <tr>
      <td className={classes.tagCell}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={24}
          aria-label={words.data.showGaps(tag.tag)}
          aria-expanded={open}
          onClick={onToggle}
          className={classes.chevron ?? ""}
        >
          <IconChevronRight size={14} />
        </ActionIcon>
        <Link to={to("/trends", { tag: [tag.tag] })} title={tag.tag}>
          <bdi>{name}</bdi>
        </Link>
        {tag.from > span.from ? (
          <span className={classes.since}>
            {words.data.since(formatStamp(tag.from, zone, locale))}
          </span>
        ) : null}
      </td>
      <td className={classes.stripCell}>
        <CoverageStrip coverage={tag} span={span} />
      </td>
      <td
        className="number"
        title={
          tag.coverage === null
            ? tag.on_change
              ? words.data.onChangeHint
              : words.data.unknownInterval
            : `${formatCount(tag.samples, locale)} / ${formatCount(tag.expected ?? 0, locale)}`
        }
      >
        {shareText(tag, words, locale)}
      </td>
      <td className="number">{gaps === 0 ? DASH : formatCount(gaps, locale)}</td>
      <td className="number">{longest === null ? DASH : formatDuration(longest, locale)}</td>
      <td className="number">{tag.bad === 0 ? DASH : formatCount(tag.bad, locale)}</td>
      <td className="number">
        {tag.dead_letters === 0 ? (
          DASH
        ) : (
          <Link to={to("/data", { tab: "letters", letters: tag.tag })}>
            {formatCount(tag.dead_letters, locale)}
          </Link>
        )}
      </td>
    </tr>
  );
}

function GapRows({ tag }: { tag: TagCoverage }) {
  const { words, locale } = useSpeech();
  const { zone } = usePlace();
  const to = useTo();
  const iso = (time: number) => new Date(time).toISOString();
  const around = (gap: { from: number; to: number }) => {
    const margin = Math.max(60_000, gap.to - gap.from);
    return to("/trends", {
      tag: [tag.tag],
      from: iso(gap.from - margin),
      to: iso(gap.to + margin),
    });
  };
  return (
    <tr>
      <td colSpan={7} className={classes.gaps}>
        {tag.gaps.length === 0 ? <p className="muted">{words.data.noGaps}</p> : null}
        <ul aria-label={words.data.gapList(tag.tag)}>
          {tag.gaps.map((gap) => (
            <li key={gap.from}>
              <Link to={around(gap)}>
                {`${formatStamp(gap.from, zone, locale)} ${words.common.until} ${formatStamp(gap.to, zone, locale)}`}
              </Link>
              <span className="unit">{formatDuration(gap.to - gap.from, locale)}</span>
            </li>
          ))}
        </ul>
        {(tag.gap_count ?? 0) > tag.gaps.length ? (
          <p className="muted">{words.data.more(formatCount(tag.gap_count ?? 0, locale))}</p>
        ) : null}
      </td>
    </tr>
  );
}
