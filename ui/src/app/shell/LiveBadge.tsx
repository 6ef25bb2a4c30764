import { Tooltip } from "@mantine/core";
import { useLiveStatus, useLiveStream, useServerNow } from "../../api/useLive.ts";
import { formatAge } from "../../format/duration.ts";
import { useSpeech } from "../../words/words.ts";
import { usePlace } from "../place.ts";
import { type Flow, flowOf } from "./flow.ts";
import classes from "./shell.module.css";

function useFlow(): { flow: Flow; text: string } {
  const { words, locale } = useSpeech();
  const { info } = usePlace();
  const { phase } = useLiveStatus();
  const stream = useLiveStream();
  const now = useServerNow(1000);
  const newest = Math.max(info.last ?? Number.NEGATIVE_INFINITY, stream.newest_ms);
  const flow = flowOf(phase, Number.isFinite(newest) ? newest : null, Math.max(now, info.now));
  switch (flow.kind) {
    case "live":
      return { flow, text: words.live.live };
    case "connecting":
      return { flow, text: words.live.connecting };
    case "empty":
      return { flow, text: words.live.empty };
    case "idle":
      return { flow, text: words.live.idle(formatAge(flow.age_ms, locale)) };
    case "lost":
      return { flow, text: words.live.lost };
  }
}

/** Says "live" only while data flow; else how old the newest sample is, or that nothing is heard. */
export function LiveBadge() {
  const { words } = useSpeech();
  const { flow, text } = useFlow();
  return (
    <Tooltip label={words.live.explain}>
      <div className={classes.live} data-phase={flow.kind} role="status" data-testid="live">
        <span className={classes.dot} aria-hidden="true" />
        {text}
      </div>
    </Tooltip>
  );
}
