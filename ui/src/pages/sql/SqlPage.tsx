import { Button } from "@mantine/core";
import { IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useSqlSchema } from "../../api/queries.ts";
import { usePageParams } from "../../app/address.ts";
import { formatCount, formatNumber } from "../../format/number.ts";
import { LinkButton } from "../../parts/LinkButton.tsx";
import { Page } from "../../parts/Page.tsx";
import { SaveButton } from "../../parts/SaveButton.tsx";
import { csvOf, saveText } from "../../parts/save.ts";
import { useSpeech } from "../../words/words.ts";
import { Editor } from "./Editor.tsx";
import { offsetOf, placeOf } from "./errors.ts";
import { Outcome } from "./Outcome.tsx";
import { rowsOf } from "./result.ts";
import { SidePanel } from "./SidePanel.tsx";
import classes from "./sql.module.css";
import { type SqlState, useSql } from "./useSql.ts";

function useSentence(state: SqlState): string {
  const { words, locale } = useSpeech();
  if (state.kind !== "done") return words.sql.sentence;
  const { rows, elapsed_ms, truncated } = state.result;
  const time = `${formatNumber(elapsed_ms, elapsed_ms < 10 ? 1 : 0, locale)}\u00a0ms`;
  const text = words.sql.result(words.common.rows(rows, formatCount(rows, locale)), time);
  return truncated ? `${text}, ${words.sql.truncated(formatCount(rows, locale))}` : text;
}

function useFault(state: SqlState) {
  return useMemo(() => {
    if (state.kind !== "failed") return null;
    const place = placeOf(state.error.message);
    return place ? { at: offsetOf(state.sql, place), message: state.error.message } : null;
  }, [state]);
}

/** One SELECT over everything, in the address so that a link shows a colleague the same. */
export default function SqlPage() {
  const { words } = useSpeech();
  const { params, set } = usePageParams();
  const inAddress = params.get("q") ?? "";
  const [text, setText] = useState(inAddress);
  const { state, run, cancel } = useSql();
  const schema = useSqlSchema();
  const sentence = useSentence(state);
  const fault = useFault(state);
  const started = useRef(false);

  const submit = (sql: string) => {
    if (sql.trim() === "") return;
    setText(sql);
    set("q", sql, true);
    void run(sql);
  };

  // A link to a query runs it; a query cannot change anything.
  useEffect(() => {
    if (started.current || inAddress === "") return;
    started.current = true;
    void run(inAddress);
  }, [inAddress, run]);

  const running = state.kind === "running";
  return (
    <Page sentence={sentence}>
      <div className={classes.layout}>
        <div className={classes.main}>
          <Editor
            value={text}
            onChange={setText}
            onRun={() => submit(text)}
            schema={schema.data}
            fault={fault}
          />
          <div className={classes.tools}>
            {running ? (
              <Button
                size="xs"
                variant="default"
                leftSection={<IconPlayerStop size={14} />}
                onClick={cancel}
              >
                {words.sql.stop}
              </Button>
            ) : (
              <Button
                size="xs"
                leftSection={<IconPlayerPlay size={14} />}
                disabled={text.trim() === ""}
                onClick={() => submit(text)}
              >
                {words.sql.run}
              </Button>
            )}
            <span className={classes.hint}>Ctrl-Enter</span>
            <span className={classes.hint}>{words.sql.utc}</span>
            <span className={classes.spacer} />
            <SaveButton
              disabled={state.kind !== "done"}
              save={() => {
                if (state.kind !== "done") return;
                const head = state.result.columns.map((column) => column.name);
                saveText("result.csv", "text/csv", csvOf([head, ...rowsOf(state.result)]));
              }}
            />
            <LinkButton />
          </div>
          <Outcome state={state} />
        </div>
        <SidePanel schema={schema.data} onPick={submit} />
      </div>
    </Page>
  );
}
