import { SegmentedControl } from "@mantine/core";
import { useEffect, useMemo, useState } from "react";
import { ApiProblem } from "../../api/client.ts";
import type { SqlResult } from "../../api/types.ts";
import { usePageParams } from "../../app/address.ts";
import { formatNumber } from "../../format/number.ts";
import { useSpeech } from "../../words/words.ts";
import { placeOf } from "./errors.ts";
import { ResultChartView } from "./ResultChartView.tsx";
import { ResultGrid } from "./ResultGrid.tsx";
import { chartOf } from "./result.ts";
import classes from "./sql.module.css";
import type { SqlState } from "./useSql.ts";

/** What came of a query. */
export function Outcome({ state }: { state: SqlState }) {
  const { words } = useSpeech();
  switch (state.kind) {
    case "idle":
      return <p className={classes.note}>{words.sql.empty}</p>;
    case "running":
      return <Running since={state.since} />;
    case "cancelled":
      return <p className={classes.note}>{words.sql.cancelled}</p>;
    case "failed":
      return <Failure error={state.error} />;
    case "done":
      return (
        <>
          <Notices texts={state.result.notices} />
          {state.result.rows === 0 ? (
            <p className={classes.note}>{words.sql.noRows}</p>
          ) : (
            <Result result={state.result} />
          )}
        </>
      );
  }
}

/** What the server has to say of an answer, as that a glob matches no tag. */
function Notices({ texts }: { texts: readonly string[] }) {
  if (texts.length === 0) return null;
  return (
    <ul role="status" className={classes.notices}>
      {texts.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

function Running({ since }: { since: number }) {
  const { words, locale } = useSpeech();
  const [now, setNow] = useState(since);
  useEffect(() => {
    const id = window.setInterval(() => setNow(Date.now()), 100);
    return () => window.clearInterval(id);
  }, []);
  return (
    <p className={classes.note} role="status">
      {words.sql.running} {formatNumber((now - since) / 1000, 1, locale)}
      {"\u00a0"}s
    </p>
  );
}

function Failure({ error }: { error: Error }) {
  const { words } = useSpeech();
  const place = placeOf(error.message);
  const refused = error instanceof ApiProblem && error.status === 403;
  const where = place ? `, ${words.sql.atPlace(String(place.line), String(place.column))}` : "";
  return (
    <div role="alert" className={classes.failure}>
      <h2>{(refused ? words.sql.refused : words.sql.failed) + where}</h2>
      <pre>{error.message}</pre>
    </div>
  );
}

function Result({ result }: { result: SqlResult }) {
  const { words } = useSpeech();
  const chart = useMemo(() => chartOf(result), [result]);
  const { params, set } = usePageParams();
  const view = params.get("view") === "chart" ? "chart" : "table";
  const shown = chart === null ? "table" : view;
  return (
    <>
      <div className={classes.views}>
        <SegmentedControl
          size="xs"
          aria-label={words.sql.view}
          value={shown}
          onChange={(value) => set("view", value === "chart" ? value : null, true)}
          data={[
            { value: "table", label: words.sql.table },
            { value: "chart", label: words.sql.chart, disabled: chart === null },
          ]}
        />
        {chart === null ? <span className={classes.hint}>{words.sql.noChart}</span> : null}
      </div>
      {shown === "chart" && chart ? (
        <ResultChartView chart={chart} />
      ) : (
        <ResultGrid result={result} />
      )}
    </>
  );
}
