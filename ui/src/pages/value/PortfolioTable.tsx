import { Link, useNavigate } from "react-router";
import type { InitiativeSummary, Interval } from "../../api/types.ts";
import { useTo } from "../../app/address.ts";
import { formatEstimate } from "../../format/money.ts";
import { Mark } from "../../parts/Mark.tsx";
import { moveBetweenRows } from "../../parts/rowKeys.ts";
import { useSpeech } from "../../words/words.ts";
import { IntervalPlot, ScaleLabels } from "./IntervalPlot.tsx";
import { type MoneyScale, scaleFor } from "./moneyScale.ts";
import classes from "./value.module.css";
import { isProven, VERDICT_MARKS } from "./verdict.ts";

function useAddress(): (name: string) => string {
  const to = useTo();
  return (name) => to(`/value/${encodeURIComponent(name)}`);
}

function Amount({ interval, currency }: { interval: Interval; currency: string }) {
  const { locale } = useSpeech();
  const { value } = formatEstimate(interval, locale);
  if (value === null) return <span className="unit">{"\u2013"}</span>;
  return (
    <>
      {value}
      <span className="unit">{`\u00a0${currency}`}</span>
    </>
  );
}

/** The portfolio on one money scale; a row leads to its initiative. */
export function PortfolioTable({
  initiatives,
  compact = false,
}: {
  initiatives: readonly InitiativeSummary[];
  compact?: boolean;
}) {
  const { words } = useSpeech();
  const scale = scaleFor(initiatives);
  const currencies = [...new Set(initiatives.map((one) => one.currency))];
  return (
    <table className={classes.portfolio}>
      <thead>
        <tr>
          <th>{words.value.initiative}</th>
          <th>{words.value.verdict}</th>
          {compact ? null : (
            <th className={`number ${classes.expected}`}>{words.value.expectedYear}</th>
          )}
          <th className="number">{words.value.measuredYear}</th>
          <th className={classes.plotCell}>
            <span className="visually-hidden">{words.value.expectedMeasured}</span>
            <span className={classes.scaleUnit} aria-hidden="true">
              {words.value.moneyAYear(currencies.join(", "))}
            </span>
            <ScaleLabels scale={scale} />
          </th>
        </tr>
      </thead>
      <tbody onKeyDown={moveBetweenRows}>
        {initiatives.map((one) => (
          <PortfolioRow key={one.name} initiative={one} scale={scale} compact={compact} />
        ))}
      </tbody>
    </table>
  );
}

function PortfolioRow(props: {
  initiative: InitiativeSummary;
  scale: MoneyScale;
  compact: boolean;
}) {
  const { initiative, scale, compact } = props;
  const { words } = useSpeech();
  const address = useAddress()(initiative.name);
  const navigate = useNavigate();
  return (
    <tr className={classes.row} onClick={() => navigate(address)}>
      <td className={classes.titleCell}>
        <Link to={address} onClick={(event) => event.stopPropagation()}>
          {initiative.title}
        </Link>
        <span className={classes.scope} title={initiative.scope}>
          {initiative.scope}
        </span>
      </td>
      <td className={classes.verdictCell} title={initiative.reason}>
        <Mark kind={VERDICT_MARKS[initiative.verdict]} /> {words.value.verdicts[initiative.verdict]}
        <span className={classes.scope}>{initiative.status}</span>
      </td>
      {compact ? null : (
        <td className={`number ${classes.expected}`}>
          <Amount interval={initiative.expected_per_year} currency={initiative.currency} />
        </td>
      )}
      <td className={`number ${isProven(initiative) ? "" : classes.unproven}`}>
        <Amount interval={initiative.measured_per_year} currency={initiative.currency} />
      </td>
      <td className={classes.plotCell}>
        <IntervalPlot initiative={initiative} scale={scale} />
      </td>
    </tr>
  );
}
