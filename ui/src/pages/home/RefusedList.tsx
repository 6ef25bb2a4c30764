import { Link } from "react-router";
import { useDeadLetters } from "../../api/queries.ts";
import { useTo } from "../../app/address.ts";
import { usePlace } from "../../app/place.ts";
import { formatCount } from "../../format/number.ts";
import { formatStamp } from "../../format/time.ts";
import { ErrorBox } from "../../parts/ErrorBox.tsx";
import { Section } from "../../parts/Page.tsx";
import { SkeletonRows } from "../../parts/Skeleton.tsx";
import { useSpeech } from "../../words/words.ts";
import classes from "./home.module.css";
import { groupLetters } from "./overview.ts";

const SHOWN = 5;
const LOOKED_AT = 1000;

/** What came in and could not be stored, by source and reason. */
export function RefusedList() {
  const { words, locale } = useSpeech();
  const { zone } = usePlace();
  const to = useTo();
  const query = useDeadLetters({ limit: LOOKED_AT });
  const groups = groupLetters(query.data?.letters ?? []);
  const total = query.data?.total ?? 0;
  const more =
    total > 0 ? (
      <Link to={to("/data", { tab: "letters" })}>
        {words.home.lettersAll(formatCount(total, locale))}
      </Link>
    ) : null;
  return (
    <Section title={words.home.letters} more={more}>
      {query.error && !query.data ? (
        <ErrorBox error={query.error} retry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <SkeletonRows rows={3} height={40} /> : null}
      {groups.length > 0 && total > LOOKED_AT ? (
        <p className={classes.itemHint}>
          {words.home.lettersNewest(formatCount(LOOKED_AT, locale))}
        </p>
      ) : null}
      {query.data && total === 0 ? <p className={classes.fine}>{words.home.lettersNone}</p> : null}
      <ul>
        {groups.slice(0, SHOWN).map((group) => (
          <li key={`${group.source}/${group.reason}`} className={classes.item}>
            <span className={classes.itemText}>
              <Link to={to("/data", { tab: "letters", source: group.source })}>{group.source}</Link>
              <span className={classes.itemReason}>{group.reason}</span>
            </span>
            <span className={classes.itemSide}>
              {formatCount(group.count, locale)}
              <span className={classes.itemHint}>{formatStamp(group.newest, zone, locale)}</span>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
