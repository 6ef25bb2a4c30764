import { Button, Popover, TextInput } from "@mantine/core";
import { IconCalendar, IconChevronDown } from "@tabler/icons-react";
import { useState } from "react";
import { formatPeriod, formatStamp } from "../../format/time.ts";
import { zoneName } from "../../format/zone.ts";
import { parseMoment, writeMoment } from "../../range/moment.ts";
import { LAST_KEYS, type RangeSpec, type Span, unreadableRange } from "../../range/range.ts";
import type { Words } from "../../words/en.ts";
import { useSpeech } from "../../words/words.ts";
import { usePageParams } from "../address.ts";
import { usePlace, useRange } from "../place.ts";
import classes from "./shell.module.css";

const CHOICES: readonly RangeSpec[] = [
  ...LAST_KEYS.map((key) => ({ kind: "last", key }) as const),
  { kind: "year" },
  { kind: "all" },
];

function nameOf(spec: RangeSpec, words: Words): string {
  if (spec.kind === "last") return words.range[spec.key];
  if (spec.kind === "fixed") return words.range.custom;
  return words.range[spec.kind];
}

function sameSpec(a: RangeSpec, b: RangeSpec): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whole days are told by date, shorter ranges by the clock. */
export function useRangeText(span: Span): string {
  const { words, locale } = useSpeech();
  const { zone } = usePlace();
  if (span.to - span.from >= 3 * 86_400_000) {
    return formatPeriod(span.from, span.to, zone, locale, words.common.until);
  }
  const precision = span.to - span.from < 600_000 ? 1000 : 60_000;
  const start = formatStamp(span.from, zone, locale, precision);
  return `${start} ${words.common.until} ${formatStamp(span.to, zone, locale, precision)}`;
}

/** Says that the address names a range that cannot be read, and what is shown instead. */
export function RangeNotice() {
  const { words } = useSpeech();
  const { params } = usePageParams();
  const { spec, span } = useRange();
  const text = useRangeText(span);
  const unreadable = unreadableRange(params);
  if (unreadable === null) return null;
  const shown = spec.kind === "fixed" ? text : nameOf(spec, words);
  return (
    <p className={classes.notice} role="alert">
      {words.range.unreadable(unreadable, shown)}
    </p>
  );
}

/** The one range of all pages, in the plant's zone. */
export function RangePicker() {
  const { words, locale } = useSpeech();
  const { zone } = usePlace();
  const { spec, span, setSpec } = useRange();
  const [opened, setOpened] = useState(false);
  const text = useRangeText(span);
  const choose = (next: RangeSpec) => {
    setSpec(next);
    setOpened(false);
  };
  const shown = spec.kind === "fixed" ? text : nameOf(spec, words);
  const zoneText = `${zone} (${zoneName(span.to, zone, locale)})`;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          h={32}
          fw={400}
          fz={14}
          px={8}
          leftSection={<IconCalendar size={16} stroke={1.5} />}
          rightSection={<IconChevronDown size={14} />}
          aria-label={`${words.range.label}: ${shown}`}
          title={`${text}, ${zoneText}`}
          onClick={() => setOpened(!opened)}
          data-testid="range"
        >
          {shown}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={4}>
        {CHOICES.map((choice) => (
          <button
            key={nameOf(choice, words)}
            type="button"
            className={classes.whole}
            aria-pressed={sameSpec(choice, spec)}
            onClick={() => choose(choice)}
          >
            {nameOf(choice, words)}
          </button>
        ))}
        <CustomRange key={`${span.from}-${span.to}`} span={span} onChoose={choose} />
        <p className={classes.zoneNote}>{words.range.zone(zoneText)}</p>
      </Popover.Dropdown>
    </Popover>
  );
}

function CustomRange({ span, onChoose }: { span: Span; onChoose: (spec: RangeSpec) => void }) {
  const { words } = useSpeech();
  const { zone } = usePlace();
  const [from, setFrom] = useState(writeMoment(span.from, zone));
  const [to, setTo] = useState(writeMoment(span.to, zone));
  const start = parseMoment(from, zone);
  const end = parseMoment(to, zone);
  const inOrder = start === null || end === null || end > start;
  const submit = () => {
    if (start !== null && end !== null && end > start) {
      onChoose({ kind: "fixed", from: start, to: end });
    }
  };
  return (
    <form
      className={classes.customRange}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <TextInput
        size="xs"
        label={words.range.from}
        value={from}
        error={start === null ? words.range.badDate : undefined}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <TextInput
        size="xs"
        label={words.range.to}
        value={to}
        error={end === null ? words.range.badDate : inOrder ? undefined : words.range.badOrder}
        onChange={(event) => setTo(event.currentTarget.value)}
      />
      <Button size="xs" type="submit" disabled={start === null || end === null || !inOrder}>
        {words.range.apply}
      </Button>
    </form>
  );
}
