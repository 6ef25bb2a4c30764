import { Button } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import type { Initiative } from "../../api/types.ts";
import { useTo } from "../../app/address.ts";
import { usePlace } from "../../app/place.ts";
import { formatPrice } from "../../format/money.ts";
import { formatPeriod } from "../../format/time.ts";
import { unitLabel } from "../../format/unit.ts";
import { Command } from "../../parts/Command.tsx";
import { Section } from "../../parts/Page.tsx";
import { useSpeech } from "../../words/words.ts";
import classes from "./value.module.css";

export function Owners({ owners }: { owners: Initiative["owners"] }) {
  const { words } = useSpeech();
  const entries = Object.entries(owners);
  return (
    <Section title={words.value.owners}>
      {entries.length === 0 ? <p className="muted">{words.value.noOwner}</p> : null}
      <dl className={classes.list}>
        {entries.map(([role, person]) => (
          <div key={role}>
            <dt>{role}</dt>
            <dd>{person}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

/** What was promised and how it is measured. */
export function Plan({ initiative }: { initiative: Initiative }) {
  const { words, locale } = useSpeech();
  const { zone } = usePlace();
  const to = useTo();
  const [shown, setShown] = useState(false);
  const { kpi, baseline, reporting, unit_value: price, drivers, granularity, yaml } = initiative;
  const period = (span: { from: number; to: number }) =>
    formatPeriod(span.from, span.to, zone, locale, words.common.until);
  const iso = (time: number) => new Date(time).toISOString();
  const trend = to("/trends", { tag: [kpi.tag], from: iso(baseline.from), to: iso(reporting.to) });
  return (
    <Section
      id="plan"
      title={words.value.plan}
      more={<Link to={trend}>{words.value.openKpi}</Link>}
    >
      <dl className={classes.list}>
        <div>
          <dt>{words.value.kpi}</dt>
          <dd>
            <Link to={trend}>{kpi.tag}</Link>{" "}
            <span className="unit">
              {kpi.aggregate}, {unitLabel(kpi.unit)}
            </span>
          </dd>
        </div>
        <div>
          <dt>{words.value.baseline}</dt>
          <dd>{period(baseline)}</dd>
        </div>
        <div>
          <dt>{words.value.reporting}</dt>
          <dd>{period(reporting)}</dd>
        </div>
        {price?.amount !== undefined ? (
          <div>
            <dt>{words.value.unitValue}</dt>
            <dd>
              {formatPrice(price.amount, locale)}{" "}
              <span className="unit">{`${price.currency ?? ""}${price.per ? `/${unitLabel(price.per)}` : ""}`}</span>
            </dd>
          </div>
        ) : null}
        {drivers && drivers.length > 0 ? (
          <div>
            <dt>{words.value.drivers}</dt>
            <dd>{drivers.join(", ")}</dd>
          </div>
        ) : null}
        {granularity ? (
          <div>
            <dt>{words.value.granularity}</dt>
            <dd>{granularity}</dd>
          </div>
        ) : null}
      </dl>
      {yaml ? (
        <Button
          size="xs"
          variant="default"
          mt={8}
          onClick={() => setShown(!shown)}
          aria-expanded={shown}
        >
          {words.value.planYaml}
        </Button>
      ) : null}
      {yaml && shown ? <Command text={yaml} /> : null}
    </Section>
  );
}
