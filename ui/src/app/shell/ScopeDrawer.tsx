import { useState } from "react";
import { SkeletonRows } from "../../parts/Skeleton.tsx";
import { Tree } from "../../tree/Tree.tsx";
import { TagCount, TreeFilter } from "../../tree/TreeFilter.tsx";
import { useTree } from "../../tree/useTree.ts";
import { useSpeech } from "../../words/words.ts";
import { useScope } from "../address.ts";
import classes from "./shell.module.css";

/** The plant tree as the scope of every page. */
export function ScopeDrawer() {
  const { words } = useSpeech();
  const { scope, setScope } = useScope();
  const [filter, setFilter] = useState("");
  const { plant, rows, toggle } = useTree({ withTags: false, filter, reveal: scope });
  return (
    <aside className={classes.drawer} aria-label={words.shell.scope}>
      <div className={classes.drawerHead}>
        <TreeFilter value={filter} onChange={setFilter} />
      </div>
      <div className={classes.drawerBody}>
        <button
          type="button"
          className={classes.whole}
          aria-pressed={scope === ""}
          onClick={() => setScope("")}
        >
          {words.shell.wholePlant}
        </button>
        {plant.isPending ? <SkeletonRows rows={8} height={28} /> : null}
        <Tree
          label={words.shell.scope}
          rows={rows}
          selected={scope}
          onSelect={(row) => setScope(row.path)}
          onToggle={toggle}
          trailing={(row) => <TagCount row={row} />}
        />
      </div>
    </aside>
  );
}
