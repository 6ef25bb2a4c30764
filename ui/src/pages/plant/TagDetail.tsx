import { useMemo } from "react";
import { Link } from "react-router";
import type { Tag } from "../../api/types.ts";
import { useLiveValues, useServerNow } from "../../api/useLive.ts";
import { usePageParams, useTo } from "../../app/address.ts";
import { usePlace } from "../../app/place.ts";
import { formatAge, formatDuration } from "../../format/duration.ts";
import { formatCount, formatReading } from "../../format/number.ts";
import { formatStamp } from "../../format/time.ts";
import { unitLabel } from "../../format/unit.ts";
import { Page, Section } from "../../parts/Page.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { lastSegment } from "../../tree/tree.ts";
import type { Words } from "../../words/en.ts";
import { useSpeech } from "../../words/words.ts";
import { Facts } from "./Facts.tsx";
import classes from "./plant.module.css";
import { TagTrend } from "./TagTrend.tsx";

function intervalText(tag: Tag, words: Words, locale: string): string {
  if (tag.on_change) return words.data.onChange;
  return tag.interval_ms ? formatDuration(tag.interval_ms, locale) : "";
}

function useFacts(tag: Tag): [string, string][] {
  const { words, locale } = useSpeech();
  const { zone } = usePlace();
  const stamp = (time: number | null | undefined) =>
    time === null || time === undefined ? "" : formatStamp(time, zone, locale, 1000);
  const limits = (["low_low", "low", "high", "high_high"] as const).flatMap((name) => {
    const value = tag.limits?.[name];
    return value === undefined
      ? []
      : [`${words.plant.limitNames[name]} ${formatReading(value, locale)}`];
  });
  return [
    [
      words.plant.stored,
      tag.samples === 0 ? "" : words.common.samples(tag.samples, formatCount(tag.samples, locale)),
    ],
    [words.plant.first, stamp(tag.first)],
    [words.plant.last, stamp(tag.last)],
    [words.plant.zone, zone],
    [words.plant.interval, intervalText(tag, words, locale)],
    [words.plant.limits, limits.length === 0 ? "" : `${limits.join(", ")} ${unitLabel(tag.unit)}`],
    [words.plant.type, tag.type],
    [words.plant.source, tag.source],
    [words.plant.conflicts, tag.conflicts ? formatCount(tag.conflicts, locale) : ""],
  ];
}

/** A tag: its value now, the chosen range, and what is known of it. */
export function TagDetail({ tag }: { tag: Tag }) {
  const { words, locale } = useSpeech();
  const to = useTo();
  const { set } = usePageParams();
  const globs = useMemo(() => [tag.path], [tag.path]);
  const value = useLiveValues(globs).get(tag.path);
  const now = useServerNow(1000);
  const facts = useFacts(tag);
  const title = tag.description || lastSegment(tag.path);
  const age = value?.time ? words.common.ago(formatAge(now - value.time, locale)) : "";
  return (
    <Page
      sentence={
        <>
          {title}: {value ? <Reading value={value} now={now} /> : "\u2013"}
        </>
      }
      tools={<Link to={to("/trends", { tag: [tag.path] })}>{words.plant.openTrend}</Link>}
    >
      <p className={classes.subtitle}>
        <button type="button" className={classes.up} onClick={() => set("tag", null)}>
          {tag.path}
        </button>
        <span>{age}</span>
        {tag.declared ? null : <span>{words.plant.undeclared}</span>}
      </p>
      <Section
        title={words.plant.trend}
        more={<Link to={to("/data", { tag: tag.path })}>{words.plant.openData}</Link>}
      >
        <TagTrend tag={tag} />
      </Section>
      <Facts facts={facts} />
    </Page>
  );
}
