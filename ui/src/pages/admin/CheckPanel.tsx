import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { call } from "../../api/client.ts";
import { usePlace } from "../../app/place.ts";
import { formatBytes, formatCount } from "../../format/number.ts";
import { ErrorBox } from "../../parts/ErrorBox.tsx";
import { Mark } from "../../parts/Mark.tsx";
import { Section } from "../../parts/Page.tsx";
import { useSpeech } from "../../words/words.ts";
import classes from "./admin.module.css";

/** Reads back everything that is stored and verifies it. */
export function CheckPanel() {
  const { words, locale } = useSpeech();
  const { info } = usePlace();
  const check = useMutation({ mutationFn: () => call("post", "/api/v1/check") });
  const report = check.data;
  const stored = words.common.samples(info.samples, formatCount(info.samples, locale));
  return (
    <Section title={words.admin.storage}>
      <div className={classes.check}>
        <span>
          {stored} <span className="unit">{formatBytes(info.bytes, locale)}</span>
        </span>
        <Button
          size="compact-xs"
          variant="default"
          loading={check.isPending}
          onClick={() => check.mutate()}
        >
          {words.admin.check}
        </Button>
        {report && report.problems.length === 0 ? (
          <span role="status">
            {words.admin.checkClean(
              formatCount(report.files, locale),
              words.common.samples(report.samples, formatCount(report.samples, locale)),
            )}
          </span>
        ) : null}
      </div>
      {report && report.problems.length > 0 ? (
        <div role="alert">
          <p>
            <Mark kind="bad" />{" "}
            {words.admin.checkProblems(formatCount(report.problems.length, locale))}
          </p>
          <ul>
            {report.problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </div>
      ) : null}
      {check.error ? <ErrorBox error={check.error} retry={() => check.mutate()} /> : null}
    </Section>
  );
}
