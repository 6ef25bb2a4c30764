import type { Finding } from "../../api/types.ts";
import { formatCount } from "../../format/number.ts";
import { Mark, type MarkKind } from "../../parts/Mark.tsx";
import { Section } from "../../parts/Page.tsx";
import type { Speech } from "../../words/words.ts";
import { useSpeech } from "../../words/words.ts";
import classes from "./value.module.css";

const ORDER: readonly Finding["severity"][] = ["disqualifies", "warning", "passed"];
const MARKS: Record<Finding["severity"], MarkKind> = {
  disqualifies: "bad",
  warning: "warning",
  passed: "ok",
};

function tally(findings: readonly Finding[], speech: Speech): string {
  const { words, locale } = speech;
  const names = {
    disqualifies: words.value.checksFailed,
    warning: words.value.checksWarned,
    passed: words.value.checksPassed,
  };
  return ORDER.flatMap((severity) => {
    const count = findings.filter((one) => one.severity === severity).length;
    return count === 0 ? [] : [names[severity](count, formatCount(count, locale))];
  }).join(", ");
}

/** Every check the verdict rests on, the ones against it first. */
export function Findings(props: { findings: readonly Finding[]; error: string | undefined }) {
  const { findings, error } = props;
  const speech = useSpeech();
  const { words } = speech;
  const sorted = ORDER.flatMap((severity) => findings.filter((one) => one.severity === severity));
  return (
    <Section
      id="checks"
      title={words.value.wrong}
      more={<span className="muted">{tally(findings, speech)}</span>}
    >
      {findings.length === 0 && error ? (
        <p role="alert">
          <Mark kind="bad" /> {error}
        </p>
      ) : null}
      <ul className={classes.findings}>
        {sorted.map((finding) => (
          <li key={`${finding.code}/${finding.message}`} data-severity={finding.severity}>
            <Mark kind={MARKS[finding.severity]} />
            <span className={classes.severity}>{words.value.severities[finding.severity]}</span>
            <span>{finding.message}</span>
            <code>{finding.code}</code>
          </li>
        ))}
      </ul>
    </Section>
  );
}
