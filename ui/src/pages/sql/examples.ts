import type { Tag } from "../../api/types.ts";
import { inScope } from "../../app/address.ts";
import type { Words } from "../../words/en.ts";

export interface Example {
  key: keyof Words["sql"]["exampleNames"];
  sql: string;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The tag an example speaks of: the numeric one of the scope with most samples. */
export function exampleTag(tags: readonly Tag[], scope: string): string {
  const numeric = tags.filter((tag) => tag.type === "double" && inScope(tag.path, scope));
  const best = numeric.sort((a, b) => b.samples - a.samples)[0];
  return best?.path ?? "**";
}

/** Queries to start from, about a tag that is there and in the plant's zone. */
export function examplesFor(tag: string, glob: string, zone: string): Example[] {
  return [
    { key: "tags", sql: "SELECT path, unit, samples\nFROM tags\nORDER BY samples DESC\nLIMIT 50" },
    {
      key: "daily",
      sql: `SELECT date_trunc('day', ts AT TIME ZONE ${quoted(zone)}) AS day,\n       sum(value) AS total\nFROM samples(${quoted(tag)})\nGROUP BY day\nORDER BY day`,
    },
    {
      key: "hourly",
      sql: `SELECT extract('hour' FROM ts AT TIME ZONE ${quoted(zone)}) AS hour,\n       avg(value) AS mean\nFROM samples(${quoted(tag)})\nGROUP BY hour\nORDER BY hour`,
    },
    {
      key: "newest",
      sql: `SELECT ts, tag, value, text, quality\nFROM samples(${quoted(glob)})\nORDER BY ts DESC\nLIMIT 100`,
    },
    {
      key: "refused",
      sql: "SELECT source, code, count(*) AS rows\nFROM dead_letters\nGROUP BY ALL\nORDER BY rows DESC",
    },
  ];
}
