import { Button } from "@mantine/core";
import { Link } from "react-router";
import { useDeadLetters } from "../../api/queries.ts";
import type { DeadLetter } from "../../api/types.ts";
import { usePageParams, useTo } from "../../app/address.ts";
import { usePlace } from "../../app/place.ts";
import { formatCount } from "../../format/number.ts";
import { formatStamp } from "../../format/time.ts";
import { ErrorBox } from "../../parts/ErrorBox.tsx";
import { moveBetweenRows } from "../../parts/rowKeys.ts";
import { SaveButton } from "../../parts/SaveButton.tsx";
import { SkeletonRows } from "../../parts/Skeleton.tsx";
import { csvOf, saveText } from "../../parts/save.ts";
import { useSpeech } from "../../words/words.ts";
import classes from "./data.module.css";

const LIMIT = 500;

function csvRows(letters: readonly DeadLetter[]) {
  const head = ["received", "source", "place", "tag", "code", "reason", "payload"];
  const rows = letters.map((letter) => [
    letter.received === undefined ? null : new Date(letter.received).toISOString(),
    letter.source,
    letter.place,
    letter.tag,
    letter.code,
    letter.reason,
    letter.payload,
  ]);
  return [head, ...rows];
}

/** What came in and could not be stored, with its place and its reason. */
export function DeadLetters() {
  const { words, locale } = useSpeech();
  const { params, update } = usePageParams();
  const tag = params.get("letters");
  const source = params.get("source");
  const query = useDeadLetters({
    limit: LIMIT,
    ...(tag ? { tag } : {}),
    ...(source ? { source } : {}),
  });
  const clear = () =>
    update((next) => {
      next.delete("letters");
      next.delete("source");
      return next;
    });
  if (query.error && !query.data) {
    return <ErrorBox error={query.error} retry={() => void query.refetch()} />;
  }
  if (!query.data) return <SkeletonRows rows={10} height={40} />;
  const { letters, total, dropped } = query.data;
  const filter = tag ?? source;
  return (
    <div>
      <div className={classes.tools}>
        <span className="muted">
          {total === 0
            ? words.data.lettersNone
            : words.data.lettersSentence(words.data.refused(total, formatCount(total, locale)))}
        </span>
        {filter ? (
          <>
            <span>{words.data.only(filter)}</span>
            <Button size="xs" variant="default" onClick={clear}>
              {words.data.clear}
            </Button>
          </>
        ) : null}
        <span className={classes.spacer} />
        <SaveButton
          disabled={letters.length === 0}
          save={() => saveText("refused.csv", "text/csv", csvOf(csvRows(letters)))}
        />
      </div>
      {letters.length > 0 ? <LetterTable letters={letters} /> : null}
      {dropped > 0 ? (
        <p className="muted">{words.data.dropped(formatCount(dropped, locale))}</p>
      ) : null}
    </div>
  );
}

function LetterTable({ letters }: { letters: readonly DeadLetter[] }) {
  const { words, locale } = useSpeech();
  const { zone } = usePlace();
  const to = useTo();
  return (
    <div className={classes.scroll}>
      <table className={classes.letters}>
        <thead>
          <tr>
            <th>{words.data.received}</th>
            <th>{words.data.place}</th>
            <th>{words.data.reason}</th>
          </tr>
        </thead>
        <tbody onKeyDown={moveBetweenRows}>
          {letters.map((letter, index) => (
            <tr key={letter.id ?? index}>
              <td className={classes.nowrap}>
                {letter.received === undefined
                  ? "\u2013"
                  : formatStamp(letter.received, zone, locale)}
                <span className={classes.hint}>{letter.source}</span>
              </td>
              <td>
                {letter.place}
                {letter.tag ? (
                  <span className={classes.hint}>
                    <Link to={to("/trends", { tag: [letter.tag] })}>{letter.tag}</Link>
                  </span>
                ) : null}
              </td>
              <td>
                {letter.reason}
                <span className={classes.hint}>
                  {letter.code} <code className={classes.payload}>{letter.payload}</code>
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
