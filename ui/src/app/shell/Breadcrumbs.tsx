import { ancestry, lastSegment } from "../../tree/tree.ts";
import { useWords } from "../../words/words.ts";
import { useScope } from "../address.ts";
import { usePlace } from "../place.ts";
import classes from "./shell.module.css";

/** The path of the scope; each step widens it. */
export function Breadcrumbs() {
  const words = useWords();
  const { scope, setScope } = useScope();
  const { info } = usePlace();
  const steps = ancestry(scope);
  // A single enterprise is the whole plant by another name.
  const shown = info.plant !== "" && steps[0] === info.plant ? steps.slice(1) : steps;
  return (
    <nav className={classes.crumbs} aria-label={words.shell.scope}>
      <ol>
        <li>
          <button type="button" onClick={() => setScope("")}>
            {info.plant || words.shell.wholePlant}
          </button>
        </li>
        {shown.map((path) => (
          <li key={path}>
            <button type="button" onClick={() => setScope(path)}>
              {lastSegment(path)}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
