import type { Scheme } from "../../chart/palette.ts";
import { type StateRun, stateShares } from "../../chart/states.ts";
import { formatShare } from "../../format/number.ts";
import type { Span } from "../../range/range.ts";
import { useSpeech } from "../../words/words.ts";
import { stateColours } from "./paneOptions.ts";
import classes from "./trends.module.css";

const SHOWN = 6;

/** The states of a strip with their colours and their share of the time in view. */
export function StateKey({
  runs,
  view,
  scheme,
}: {
  runs: readonly StateRun[];
  view: Span;
  scheme: Scheme;
}) {
  const { locale } = useSpeech();
  const colourOf = stateColours(runs, scheme);
  return (
    <ul className={classes.stateKey}>
      {stateShares(runs, view)
        .slice(0, SHOWN)
        .map(({ state, share }) => (
          <li key={state}>
            <span
              className={classes.swatch}
              style={{ background: colourOf(state) }}
              aria-hidden="true"
            />
            {state} <span className="unit">{formatShare(share, locale)}</span>
          </li>
        ))}
    </ul>
  );
}
