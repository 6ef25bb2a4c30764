import { Link } from "react-router";
import { useTo } from "../../app/address.ts";
import { Command } from "../../parts/Command.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { ErrorBox } from "../../parts/ErrorBox.tsx";
import { Section } from "../../parts/Page.tsx";
import { SkeletonRows } from "../../parts/Skeleton.tsx";
import { useWords } from "../../words/words.ts";
import { PortfolioTable } from "../value/PortfolioTable.tsx";
import classes from "./home.module.css";
import { useScopedInitiatives } from "./useHome.ts";

const SHOWN = 6;

export function PortfolioSection() {
  const words = useWords();
  const to = useTo();
  const { query, initiatives } = useScopedInitiatives();
  return (
    <Section
      title={words.home.portfolio}
      more={<Link to={to("/value")}>{words.home.portfolioAll}</Link>}
    >
      {query.error && !initiatives ? (
        <ErrorBox error={query.error} retry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <SkeletonRows rows={4} height={48} /> : null}
      {initiatives && initiatives.length > 0 ? (
        <div className={classes.scroll}>
          <PortfolioTable initiatives={initiatives.slice(0, SHOWN)} compact />
        </div>
      ) : null}
      {initiatives?.length === 0 ? (
        <Empty>
          <p>{words.value.noneHint}</p>
          <Command text="bedplate apply --data DIR initiative.yaml" />
        </Empty>
      ) : null}
    </Section>
  );
}
