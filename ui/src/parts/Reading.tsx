import { Tooltip } from "@mantine/core";
import { stateNow } from "../api/live.ts";
import type { LastValue } from "../api/types.ts";
import { formatAge } from "../format/duration.ts";
import { formatReading } from "../format/number.ts";
import { unitLabel } from "../format/unit.ts";
import { useSpeech } from "../words/words.ts";
import { Mark } from "./Mark.tsx";
import classes from "./parts.module.css";

interface ReadingProps {
  value: LastValue;
  now: number; // the server's clock
}

function figureOf(value: LastValue["value"], locale: string): string {
  if (value === null) return "\u2013";
  if (typeof value === "number") return formatReading(value, locale);
  if (typeof value === "boolean") return value ? "true" : "false";
  return value;
}

/** Why a value is not to be taken as it stands; empty while it is. */
function useReason(value: LastValue, now: number): string {
  const { words, locale } = useSpeech();
  const age = value.time === null ? "" : formatAge(now - value.time, locale);
  const { explain } = words.plant;
  return { live: "", stale: explain.stale(age), bad: explain.bad, unknown: explain.unknown }[
    stateNow(value, now)
  ];
}

/** A live value that never pretends: greyed when stale, struck when bad, a dash when unknown. */
export function Reading({ value, now, withUnit = true }: ReadingProps & { withUnit?: boolean }) {
  const { locale } = useSpeech();
  const reason = useReason(value, now);
  const figure = (
    <span className={classes.reading} data-state={stateNow(value, now)}>
      <span className={classes.figure}>{figureOf(value.value, locale)}</span>
      {value.unit && withUnit ? <span className="unit"> {unitLabel(value.unit)}</span> : null}
    </span>
  );
  return reason === "" ? figure : <Tooltip label={reason}>{figure}</Tooltip>;
}

/** The shape of a value's state; an empty place while it is live. */
export function StateMark({ value, now }: ReadingProps) {
  const { words } = useSpeech();
  const reason = useReason(value, now);
  const state = stateNow(value, now);
  if (state === "live") return <Mark kind="ok" />;
  return (
    <Tooltip label={reason}>
      <span>
        <Mark kind={state} title={words.states[state]} />
      </span>
    </Tooltip>
  );
}
