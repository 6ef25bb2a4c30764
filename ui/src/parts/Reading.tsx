import { Tooltip } from "@mantine/core";
import { stateNow } from "../api/live.ts";
import type { LastValue } from "../api/types.ts";
import { formatAge } from "../format/duration.ts";
import { formatReading } from "../format/number.ts";
import { unitLabel } from "../format/unit.ts";
import { useSpeech } from "../words/words.ts";
import { Mark } from "./Mark.tsx";
import classes from "./parts.module.css";

function figureOf(value: LastValue["value"], locale: string): string {
  if (value === null) return "\u2013";
  if (typeof value === "number") return formatReading(value, locale);
  if (typeof value === "boolean") return value ? "true" : "false";
  return value;
}

/** A live value that never pretends: greyed with its age when stale, struck when bad. */
export function Reading({ value, now }: { value: LastValue; now: number }) {
  const { words, locale } = useSpeech();
  const state = stateNow(value, now);
  const age = value.time === null ? "" : formatAge(now - value.time, locale);
  const why = {
    live: "",
    stale: words.plant.explain.stale(age),
    bad: words.plant.explain.bad,
    unknown: words.plant.explain.unknown,
  }[state];
  const figure = (
    <span className={classes.reading} data-state={state}>
      <span className={classes.figure}>{figureOf(value.value, locale)}</span>
      {value.unit ? <span className="unit"> {unitLabel(value.unit)}</span> : null}
    </span>
  );
  if (why === "") return figure;
  return (
    <Tooltip label={why}>
      <span>
        {figure} <Mark kind={state === "live" ? "ok" : state} title={words.states[state]} />
      </span>
    </Tooltip>
  );
}
