import { useCallback, useState } from "react";
import { usePageParams } from "../../app/address.ts";
import { usePlace } from "../../app/place.ts";
import { ErrorBox } from "../../parts/ErrorBox.tsx";
import { FirstRun } from "../../parts/FirstRun.tsx";
import { Page } from "../../parts/Page.tsx";
import { SkeletonRows } from "../../parts/Skeleton.tsx";
import { Tree } from "../../tree/Tree.tsx";
import { TagCount, TreeFilter } from "../../tree/TreeFilter.tsx";
import { countAssets, findNode, type TreeRow } from "../../tree/tree.ts";
import { useTree } from "../../tree/useTree.ts";
import { useSpeech } from "../../words/words.ts";
import { AssetDetail } from "./AssetDetail.tsx";
import classes from "./plant.module.css";
import { TagDetail } from "./TagDetail.tsx";

/** The plant as a tree, and what is chosen in it. */
export default function PlantPage() {
  const { words } = useSpeech();
  const { info } = usePlace();
  if (info.tags === 0 && (info.assets ?? 0) === 0) {
    return (
      <Page sentence={words.first.sentence}>
        <FirstRun />
      </Page>
    );
  }
  return <PlantView />;
}

function useSelection() {
  const { params, update } = usePageParams();
  const select = useCallback(
    (row: TreeRow) =>
      update((next) => {
        next.delete("tag");
        next.delete("state");
        if (row.kind === "tag") next.set("tag", row.path);
        next.set("scope", row.node.path);
        return next;
      }),
    [update],
  );
  return { scope: params.get("scope") ?? "", tag: params.get("tag"), select };
}

function PlantView() {
  const { words } = useSpeech();
  const { scope, tag, select } = useSelection();
  const [filter, setFilter] = useState("");
  const { plant, root, rows, toggle } = useTree({ withTags: true, filter, reveal: tag ?? scope });
  const node = findNode(root, scope) ?? root;
  const chosen = tag === null ? undefined : plant.data?.tags.find((one) => one.path === tag);
  return (
    <div className={classes.page}>
      <aside className={classes.tree} aria-label={words.pages.plant}>
        <div className={classes.filter}>
          <TreeFilter value={filter} onChange={setFilter} />
        </div>
        {plant.isPending ? <SkeletonRows rows={14} height={28} /> : null}
        <Tree
          label={words.pages.plant}
          rows={rows}
          selected={tag ?? scope}
          onSelect={select}
          onToggle={toggle}
          trailing={(row) => <TagCount row={row} />}
        />
        {plant.data && rows.length === 0 ? <p className="muted">{words.plant.noMatch}</p> : null}
      </aside>
      <div className={classes.detail}>
        {plant.error && !plant.data ? (
          <ErrorBox error={plant.error} retry={() => void plant.refetch()} />
        ) : null}
        {plant.isPending ? <SkeletonRows rows={10} /> : null}
        {chosen ? <TagDetail key={chosen.path} tag={chosen} /> : null}
        {plant.data && !chosen ? (
          <AssetDetail node={node} tags={plant.data.tags} assets={countAssets(node)} />
        ) : null}
      </div>
    </div>
  );
}
