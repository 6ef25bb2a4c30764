import { Link } from "react-router";
import { useTo } from "../../app/address.ts";
import { ErrorBox } from "../../parts/ErrorBox.tsx";
import { Section } from "../../parts/Page.tsx";
import { SilentTags } from "../../parts/SilentTags.tsx";
import { SkeletonRows } from "../../parts/Skeleton.tsx";
import { distinctNames } from "../../tree/tree.ts";
import { useSpeech } from "../../words/words.ts";
import { CoverageStrip } from "../data/CoverageStrip.tsx";
import { shareText, worstFirst } from "../data/order.ts";
import classes from "./home.module.css";
import { useScopeCoverage } from "./useHome.ts";

const SHOWN = 6;

/** The least complete tags over the range, with where they miss. */
export function CompletenessSection() {
  const { words, locale } = useSpeech();
  const to = useTo();
  const { query, span } = useScopeCoverage();
  const tags = worstFirst(query.data?.tags ?? []).slice(0, SHOWN);
  const names = distinctNames(tags.map((tag) => tag.tag));
  return (
    <Section
      title={words.home.coverage}
      more={<Link to={to("/data")}>{words.home.coverageAll}</Link>}
    >
      {query.error && !query.data ? (
        <ErrorBox error={query.error} retry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <SkeletonRows rows={SHOWN} /> : null}
      <SilentTags tags={query.data?.tags ?? []} />
      {tags.map((tag) => (
        <div key={tag.tag} className={classes.strip}>
          <Link to={to("/data", { tag: tag.tag })} title={tag.tag}>
            {names.get(tag.tag)}
          </Link>
          <CoverageStrip coverage={tag} span={span} />
          <span className="number">{shareText(tag, words, locale)}</span>
        </div>
      ))}
    </Section>
  );
}
