import { usePlace } from "../../app/place.ts";
import { FirstRun } from "../../parts/FirstRun.tsx";
import { Page } from "../../parts/Page.tsx";
import { useWords } from "../../words/words.ts";
import { AttentionList } from "./AttentionList.tsx";
import { CompletenessSection } from "./CompletenessSection.tsx";
import { HomeSentence } from "./HomeSentence.tsx";
import classes from "./home.module.css";
import { PortfolioSection } from "./PortfolioSection.tsx";
import { RefusedList } from "./RefusedList.tsx";

/** What has the plant's data brought, and can they be trusted now? */
export default function HomePage() {
  const words = useWords();
  const { info } = usePlace();
  if (info.tags === 0) {
    return (
      <Page sentence={words.first.sentence}>
        <FirstRun />
      </Page>
    );
  }
  return (
    <Page sentence={<HomeSentence />}>
      <div className={classes.layout}>
        <div className={classes.column}>
          <PortfolioSection />
          <CompletenessSection />
        </div>
        <div className={classes.column}>
          <AttentionList />
          <RefusedList />
        </div>
      </div>
    </Page>
  );
}
