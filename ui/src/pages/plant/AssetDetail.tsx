import { Button } from "@mantine/core";
import { useMemo } from "react";
import { stateNow } from "../../api/live.ts";
import type { Tag } from "../../api/types.ts";
import { useLiveValues, useServerNow } from "../../api/useLive.ts";
import { globOf, usePageParams } from "../../app/address.ts";
import { usePlace } from "../../app/place.ts";
import { formatCount } from "../../format/number.ts";
import { Page } from "../../parts/Page.tsx";
import type { Node } from "../../tree/tree.ts";
import { useSpeech } from "../../words/words.ts";
import { Facts } from "./Facts.tsx";
import { LiveTable } from "./LiveTable.tsx";
import { MAX_ROWS, parseState, type TagRow, tagRows } from "./selection.ts";

function useSentence(node: Node, assets: number, rows: readonly TagRow[], now: number): string {
  const { words, locale } = useSpeech();
  const { info } = usePlace();
  const name = node.asset?.description || node.path || info.plant || words.shell.wholePlant;
  const parts = [words.common.tags(rows.length, formatCount(rows.length, locale))];
  if (assets > 1) parts.unshift(words.plant.assets(assets, formatCount(assets, locale)));
  const count = (state: string) => rows.filter((row) => stateNow(row.value, now) === state).length;
  const stale = count("stale");
  const bad = count("bad");
  if (bad > 0) parts.push(words.plant.bad(formatCount(bad, locale)));
  if (stale > 0) parts.push(words.plant.stale(formatCount(stale, locale)));
  if (bad + stale === 0 && rows.length > 0 && count("live") === rows.length)
    parts.push(words.plant.fresh);
  return words.plant.sentence(name, parts.join(", "));
}

/** An asset: how its tags are, and what is known of it. */
export function AssetDetail({
  node,
  tags,
  assets,
}: {
  node: Node;
  tags: readonly Tag[];
  assets: number;
}) {
  const { words, locale } = useSpeech();
  const { params, set } = usePageParams();
  const filter = parseState(params.get("state"));
  const globs = useMemo(() => [globOf(node.path)], [node.path]);
  const values = useLiveValues(globs);
  const now = useServerNow(1000);
  const all = useMemo(
    () => tagRows(tags, values, node.path, null, now),
    [tags, values, node.path, now],
  );
  const rows = filter === null ? all : tagRows(tags, values, node.path, filter, now);
  const asset = node.asset;
  const sentence = useSentence(node, assets, all, now);
  const facts: [string, string][] = asset
    ? [
        [words.plant.level, words.plant.levels[asset.level]],
        [words.plant.template, asset.template],
        [words.plant.zone, asset.time_zone],
        [words.plant.currency, asset.currency],
      ]
    : [];
  return (
    <Page sentence={sentence}>
      {asset ? <Facts facts={facts} /> : null}
      {filter ? (
        <div>
          <Button size="xs" variant="default" onClick={() => set("state", null)}>
            {words.plant.clearFilter(words.plant.filters[filter])}
          </Button>
        </div>
      ) : null}
      {rows.length === 0 ? <p className="muted">{words.plant.noTags}</p> : null}
      {rows.length > 0 ? <LiveTable rows={rows.slice(0, MAX_ROWS)} now={now} /> : null}
      {rows.length > MAX_ROWS ? (
        <p className="muted">
          {words.plant.more(formatCount(MAX_ROWS, locale), formatCount(rows.length, locale))}
        </p>
      ) : null}
    </Page>
  );
}
