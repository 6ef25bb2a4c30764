import { Link } from "react-router";
import { useTo } from "../../app/address.ts";
import { formatShare } from "../../format/number.ts";
import { ErrorBox } from "../../parts/ErrorBox.tsx";
import { Section } from "../../parts/Page.tsx";
import { SkeletonRows } from "../../parts/Skeleton.tsx";
import { useSpeech } from "../../words/words.ts";
import { CoverageStrip } from "../data/CoverageStrip.tsx";
import { worstFirst } from "../data/order.ts";
import classes from "./home.module.css";
import { useScopeCoverage } from "./useHome.ts";

const SHOWN = 6;

/** The least complete tags over the range, with where they miss. */
export function CompletenessSection() {
  const { words, locale } = useSpeech();
  const to = useTo();
  const { query, span } = useScopeCoverage();
  const tags = worstFirst(query.data?.tags ?? []).slice(0, SHOWN);
  return (
    <Section
      title={words.home.coverage}
      more={<Link to={to("/data")}>{words.home.coverageAll}</Link>}
    >
      {query.error && !query.data ? (
        <ErrorBox error={query.error} retry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <SkeletonRows rows={SHOWN} /> : null}
      {tags.map((tag) => (
        <div key={tag.tag} className={classes.strip}>
          <Link to={to("/data", { tag: tag.tag })} title={tag.tag}>
            {tag.tag.split("/").slice(-2).join("/")}
          </Link>
          <CoverageStrip coverage={tag} span={span} />
          <span className="number">
            {tag.coverage === null ? "\u2013" : formatShare(tag.coverage, locale)}
          </span>
        </div>
      ))}
    </Section>
  );
}
