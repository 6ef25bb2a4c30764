import { Link } from "react-router";
import type { LastValue } from "../../api/types.ts";
import { useTo } from "../../app/address.ts";
import { formatAge } from "../../format/duration.ts";
import { formatCount } from "../../format/number.ts";
import { ErrorBox } from "../../parts/ErrorBox.tsx";
import { Mark } from "../../parts/Mark.tsx";
import { Section } from "../../parts/Page.tsx";
import { SkeletonRows } from "../../parts/Skeleton.tsx";
import { ancestry, distinctNames } from "../../tree/tree.ts";
import { useSpeech } from "../../words/words.ts";
import classes from "./home.module.css";
import { useAttention } from "./useHome.ts";

const SHOWN = 8;

/** Bad and stale tags, the ones that broke last first. */
export function AttentionList() {
  const { words, locale } = useSpeech();
  const to = useTo();
  const { query, attention, now } = useAttention();
  const all = attention ? [...attention.bad, ...attention.stale] : [];
  const shown = all.slice(0, SHOWN);
  const names = distinctNames(shown.map((value) => value.tag));
  const more =
    all.length > SHOWN ? (
      <Link to={to("/plant", { state: "attention" })}>
        {words.home.attentionAll(formatCount(all.length, locale))}
      </Link>
    ) : null;
  return (
    <Section title={words.home.attention} more={more}>
      {query.error && !attention ? (
        <ErrorBox error={query.error} retry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <SkeletonRows rows={5} height={40} /> : null}
      {attention && all.length === 0 ? (
        <p className={classes.fine}>{words.home.attentionNone}</p>
      ) : null}
      <ul>
        {shown.map((value) => (
          <AttentionRow
            key={value.tag}
            value={value}
            name={names.get(value.tag) ?? value.tag}
            bad={attention?.bad.includes(value) ?? false}
            now={now}
          />
        ))}
      </ul>
    </Section>
  );
}

function AttentionRow(props: { value: LastValue; name: string; bad: boolean; now: number }) {
  const { value, name, bad, now } = props;
  const { words, locale } = useSpeech();
  const to = useTo();
  const parent = ancestry(value.tag).at(-2) ?? "";
  const age = value.time === null ? "" : formatAge(now - value.time, locale);
  return (
    <li className={classes.item}>
      <Mark kind={bad ? "bad" : "stale"} title={bad ? words.states.bad : words.states.stale} />
      <span className={classes.itemText}>
        <Link to={to("/plant", { scope: parent, tag: value.tag })}>{name}</Link>
        <span className={classes.itemHint} title={parent}>
          {parent}
        </span>
      </span>
      <span className={classes.itemSide}>{age}</span>
    </li>
  );
}
