import { useTags } from "../../api/queries.ts";
import { inScope, useScope } from "../../app/address.ts";
import { Empty } from "../../parts/Empty.tsx";
import { FirstRun } from "../../parts/FirstRun.tsx";
import { SkeletonRows } from "../../parts/Skeleton.tsx";
import { useWords } from "../../words/words.ts";
import classes from "./trends.module.css";

const COUNT = 8;

/** A start for somebody who has not chosen a tag yet: the numeric tags with most samples. */
export function Suggestions({ onAdd }: { onAdd: (path: string) => void }) {
  const words = useWords();
  const { scope } = useScope();
  const { data } = useTags();
  if (!data) return <SkeletonRows rows={COUNT} />;
  if (data.tags.length === 0) return <FirstRun />;
  const suggested = data.tags
    .filter((tag) => inScope(tag.path, scope) && tag.type === "double" && tag.samples > 0)
    .sort((a, b) => b.samples - a.samples)
    .slice(0, COUNT);
  return (
    <Empty>
      <p>{words.trends.suggestions}</p>
      <div className={classes.suggestions}>
        {suggested.map((tag) => (
          <button
            key={tag.path}
            type="button"
            className={classes.option}
            onClick={() => onAdd(tag.path)}
          >
            <span className={classes.optionPath}>{tag.path}</span>
            <span className={classes.optionHint}>{tag.description}</span>
          </button>
        ))}
      </div>
    </Empty>
  );
}
