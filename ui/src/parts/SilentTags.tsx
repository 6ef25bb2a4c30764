import { Button } from "@mantine/core";
import type { TagCoverage } from "../api/types.ts";
import { useRange } from "../app/place.ts";
import { formatCount } from "../format/number.ts";
import { useSpeech } from "../words/words.ts";
import classes from "./parts.module.css";

/** Whether a range has nothing of a tag that was written at another time. */
export function isSilent(tag: TagCoverage): boolean {
  return tag.samples === 0 && !tag.on_change;
}

/** Says how many tags have nothing in the range, with the way to all data. */
export function SilentTags({ tags }: { tags: readonly TagCoverage[] }) {
  const { words, locale } = useSpeech();
  const { spec, setSpec } = useRange();
  const silent = tags.filter(isSilent).length;
  if (silent === 0 || spec.kind === "all") return null;
  return (
    <p className={classes.silent}>
      <span>{words.data.silent(silent, formatCount(silent, locale))}</span>
      <Button size="compact-xs" variant="default" onClick={() => setSpec({ kind: "all" })}>
        {words.trends.showAll}
      </Button>
    </p>
  );
}
