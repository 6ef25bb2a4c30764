import { useParams } from "react-router";
import { useInitiative } from "../../api/queries.ts";
import type { Initiative } from "../../api/types.ts";
import { PlaceContext, usePlace, usePlaceAt } from "../../app/place.ts";
import { formatDate, formatStamp } from "../../format/time.ts";
import { ErrorBox } from "../../parts/ErrorBox.tsx";
import { LinkButton } from "../../parts/LinkButton.tsx";
import { Mark } from "../../parts/Mark.tsx";
import { Page } from "../../parts/Page.tsx";
import { PageSkeleton } from "../../parts/PageSkeleton.tsx";
import { SaveButton } from "../../parts/SaveButton.tsx";
import { type CsvCell, csvOf, saveText } from "../../parts/save.ts";
import { useSpeech } from "../../words/words.ts";
import { Figures } from "./Figures.tsx";
import { Findings } from "./Findings.tsx";
import { InitiativeCharts } from "./InitiativeCharts.tsx";
import { Owners, Plan } from "./Plan.tsx";
import classes from "./value.module.css";
import { VERDICT_MARKS, verdictSentence } from "./verdict.ts";

function tableOf(initiative: Initiative): CsvCell[][] {
  const { starts, actual, counterfactual, low, high } = initiative.series;
  const money = new Map(initiative.cumulated.starts.map((start, i) => [start, i]));
  const rows = starts.map((start, i) => {
    const at = money.get(start);
    const cumulated = at === undefined ? null : initiative.cumulated.value[at];
    return [
      new Date(start).toISOString(),
      actual[i],
      counterfactual[i],
      low[i],
      high[i],
      cumulated,
    ];
  });
  return [["start", "actual", "counterfactual", "low", "high", "money_cumulated"], ...rows];
}

export default function InitiativePage() {
  const { name = "" } = useParams();
  const { words } = useSpeech();
  const query = useInitiative(name);
  if (query.data) return <PlacedInitiative initiative={query.data} />;
  if (!query.error) return <PageSkeleton />;
  return (
    <Page sentence={words.pages.value}>
      <ErrorBox error={query.error} retry={() => void query.refetch()} />
    </Page>
  );
}

/** An initiative is told in the zone of the place it is about. */
function PlacedInitiative({ initiative }: { initiative: Initiative }) {
  const around = usePlace();
  const place = usePlaceAt(initiative.scope);
  return (
    <PlaceContext.Provider value={place}>
      <InitiativeView initiative={initiative} ownZone={place.zone !== around.zone} />
    </PlaceContext.Provider>
  );
}

function InitiativeView(props: { initiative: Initiative; ownZone: boolean }) {
  const { initiative, ownZone } = props;
  const { words, locale } = useSpeech();
  const { info, zone } = usePlace();
  const save = () => saveText(`${initiative.name}.csv`, "text/csv", csvOf(tableOf(initiative)));
  const begins = initiative.reporting.from;
  const told =
    begins > info.now
      ? words.value.begins(formatDate(begins, zone, locale))
      : verdictSentence(initiative, words, locale);
  const sentence = (
    <>
      <Mark kind={VERDICT_MARKS[initiative.verdict]} /> {told}
    </>
  );
  return (
    <Page
      sentence={sentence}
      tools={
        <>
          <SaveButton save={save} />
          <LinkButton />
        </>
      }
    >
      <p className={classes.subtitle}>
        <strong>{initiative.title}</strong>
        <span>{initiative.scope}</span>
        <span>{initiative.status}</span>
        {initiative.measured_per_year.value === null ? null : (
          <span>{`${words.value.measured_now} ${formatStamp(info.now, zone, locale)}`}</span>
        )}
        {ownZone ? <span>{words.range.zone(zone)}</span> : null}
      </p>
      <div className={classes.layout}>
        <InitiativeCharts initiative={initiative} />
        <Figures initiative={initiative} />
      </div>
      <Findings findings={initiative.findings} error={initiative.error} />
      <div className={classes.foot}>
        <Owners owners={initiative.owners} />
        <Plan initiative={initiative} />
      </div>
    </Page>
  );
}
