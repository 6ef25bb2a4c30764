import { useEffect, useState } from "react";
import { useLiveStatus, useLiveStream } from "../../api/useLive.ts";
import { formatAge } from "../../format/duration.ts";
import { useSpeech } from "../../words/words.ts";
import classes from "./shell.module.css";

function useNow(running: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    setNow(Date.now());
    const id = window.setInterval(() => setNow(Date.now()), 500);
    return () => window.clearInterval(id);
  }, [running]);
  return now;
}

/** A lost connection is a bar across the top with its age and the next try. */
export function LostBar() {
  const { words, locale } = useSpeech();
  const stream = useLiveStream();
  const status = useLiveStatus();
  const lost = status.phase === "lost" || (status.phase === "connecting" && status.failing);
  const now = useNow(lost);
  if (!lost) return null;
  const age = status.heard_ms === null ? null : formatAge(now - status.heard_ms, locale);
  const wait = Math.max(0, Math.ceil(((status.nextTry_ms ?? now) - now) / 1000));
  return (
    <div className={classes.lost} role="alert" data-testid="lost">
      <span>{age === null ? words.live.lostNever : words.live.lostBar(age)}</span>
      <span>{status.phase === "lost" ? words.live.nextTry(String(wait)) : words.live.trying}</span>
      <button type="button" onClick={() => stream.retry()}>
        {words.live.tryNow}
      </button>
    </div>
  );
}
