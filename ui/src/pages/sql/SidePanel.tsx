import { useMemo } from "react";
import { useTags } from "../../api/queries.ts";
import type { SqlSchema } from "../../api/types.ts";
import { useScope } from "../../app/address.ts";
import { usePlace } from "../../app/place.ts";
import { Section } from "../../parts/Page.tsx";
import { SkeletonRows } from "../../parts/Skeleton.tsx";
import { useWords } from "../../words/words.ts";
import { examplesFor, exampleTag } from "./examples.ts";
import classes from "./sql.module.css";

/** Queries to start from, and what a query may name. */
export function SidePanel({
  schema,
  onPick,
}: {
  schema: SqlSchema | undefined;
  onPick: (sql: string) => void;
}) {
  const words = useWords();
  const { scope, glob } = useScope();
  const { zone } = usePlace();
  const tags = useTags();
  const examples = useMemo(
    () => examplesFor(exampleTag([...(tags.data?.tags ?? [])], scope), glob, zone),
    [tags.data, scope, glob, zone],
  );
  return (
    <aside className={classes.side}>
      <Section title={words.sql.examples}>
        <ul>
          {examples.map((example) => (
            <li key={example.key}>
              <button type="button" className={classes.pick} onClick={() => onPick(example.sql)}>
                {words.sql.exampleNames[example.key]}
              </button>
            </li>
          ))}
        </ul>
      </Section>
      <Section title={words.sql.schema}>
        {schema ? null : <SkeletonRows rows={6} height={24} />}
        {schema?.relations.map((relation) => (
          <details key={relation.name} className={classes.relation}>
            <summary>{relation.name}</summary>
            <ul>
              {relation.columns.map((column) => (
                <li key={column.name}>
                  {column.name} <span className="unit">{column.type.toLowerCase()}</span>
                </li>
              ))}
            </ul>
          </details>
        ))}
      </Section>
    </aside>
  );
}
