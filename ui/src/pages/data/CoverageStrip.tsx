import { type MouseEvent, useMemo, useState } from "react";
import { useNavigate } from "react-router";
import type { TagCoverage } from "../../api/types.ts";
import { useTo } from "../../app/address.ts";
import { usePlace } from "../../app/place.ts";
import { formatShare } from "../../format/number.ts";
import { formatStamp } from "../../format/time.ts";
import { isSilent } from "../../parts/SilentTags.tsx";
import { type Span, zoomSpan } from "../../range/range.ts";
import { useSpeech } from "../../words/words.ts";
import classes from "./data.module.css";
import { cellSpan, mergeCells, stripGradient } from "./strip.ts";

interface CoverageStripProps {
  coverage: TagCoverage;
  span: Span;
}

/** How complete a tag is along the range; a click opens that stretch in Trends. */
export function CoverageStrip({ coverage, span }: CoverageStripProps) {
  const { tag, cells, interval_ms } = coverage;
  const { words, locale } = useSpeech();
  const { zone } = usePlace();
  const navigate = useNavigate();
  const to = useTo();
  const [title, setTitle] = useState("");
  const gradient = useMemo(
    () => stripGradient(mergeCells(cells, span.to - span.from, interval_ms)),
    [cells, span, interval_ms],
  );
  const cellAt = (event: MouseEvent<HTMLButtonElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    return Math.min(cells.length - 1, Math.max(0, Math.floor(share * cells.length)));
  };
  const tell = (event: MouseEvent<HTMLButtonElement>) => {
    const index = cellAt(event);
    const share = cells[index];
    const text =
      share === null || share === undefined ? words.common.unknown : formatShare(share, locale);
    setTitle(
      words.data.cell(formatStamp(cellSpan(span, index, cells.length).from, zone, locale), text),
    );
  };
  const open = (event: MouseEvent<HTMLButtonElement>) => {
    // A key press has no place on the strip: it opens the whole range.
    const part =
      event.detail === 0 ? span : zoomSpan(cellSpan(span, cellAt(event), cells.length), 3);
    const iso = (time: number) => new Date(time).toISOString();
    navigate(to("/trends", { tag: [tag], from: iso(part.from), to: iso(part.to) }));
  };
  return (
    <button
      type="button"
      className={classes.strip}
      data-silent={isSilent(coverage)}
      style={isSilent(coverage) ? undefined : { background: gradient }}
      aria-label={`${tag}: ${words.plant.openTrend}`}
      title={title}
      onMouseMove={tell}
      onClick={open}
    />
  );
}
