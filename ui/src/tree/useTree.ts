import { useCallback, useMemo, useState } from "react";
import { usePlant } from "../api/queries.ts";
import { remember, remembered } from "../app/settings.tsx";
import { ancestry, buildTree, firstOpen, type TreeRow, treeRows } from "./tree.ts";

const OPEN_KEY = "bedplate.tree";

function rememberedOpen(): string[] | null {
  const text = remembered(OPEN_KEY);
  return text === null ? null : text.split("\n");
}

/** The plant tree with what is open in it; remembered in this browser. */
export function useTree(options: { withTags: boolean; filter: string; reveal: string }) {
  const plant = usePlant();
  const { withTags, filter, reveal } = options;
  const [chosen, setChosen] = useState<string[] | null>(rememberedOpen);
  const [closed, setClosed] = useState<string | null>(null);
  const root = useMemo(
    () => buildTree(plant.data?.assets ?? [], plant.data?.tags ?? []),
    [plant.data],
  );
  const open = useMemo(() => {
    const set = new Set(chosen ?? firstOpen(root));
    for (const path of ancestry(reveal).slice(0, -1)) if (path !== closed) set.add(path);
    return set;
  }, [chosen, root, reveal, closed]);
  const rows = useMemo(
    () => treeRows(root, { open, withTags, filter }),
    [root, open, withTags, filter],
  );
  const toggle = useCallback(
    (row: TreeRow, opens: boolean) => {
      const next = new Set(open);
      if (opens) next.add(row.path);
      else next.delete(row.path);
      setClosed(opens ? null : row.path);
      setChosen([...next]);
      remember(OPEN_KEY, [...next].join("\n"));
    },
    [open],
  );
  return { plant, root, rows, open, toggle };
}
