import { TextInput } from "@mantine/core";
import { formatCount } from "../format/number.ts";
import { useSpeech } from "../words/words.ts";
import { countTags, type TreeRow } from "./tree.ts";

/** The field above a tree that leaves only what has a text in its name. */
export function TreeFilter({
  value,
  onChange,
}: {
  value: string;
  onChange: (value: string) => void;
}) {
  const { words } = useSpeech();
  return (
    <TextInput
      size="xs"
      placeholder={words.plant.filter}
      aria-label={words.plant.filter}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** How many tags lie under an asset, for the end of its row. */
export function TagCount({ row }: { row: TreeRow }) {
  const { locale } = useSpeech();
  if (row.kind !== "asset") return null;
  return <span className="unit">{formatCount(countTags(row.node), locale)}</span>;
}
