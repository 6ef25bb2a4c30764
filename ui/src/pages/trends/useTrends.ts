import { useQueries } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useTags } from "../../api/queries.ts";
import type { Tag } from "../../api/types.ts";
import { usePageParams } from "../../app/address.ts";
import type { Span } from "../../range/range.ts";
import type { Layout } from "./panes.ts";
import { fetchTrend, keyOf, requestFor, type TrendSeries } from "./trendData.ts";

/** The tags, the hidden ones among them, and the layout that the address names. */
export function useTrendChoice() {
  const { params, set, update } = usePageParams();
  const paths = useMemo(() => params.getAll("tag"), [params]);
  const hidden = useMemo(() => new Set(params.getAll("hide")), [params]);
  const layout: Layout = params.get("layout") === "overlaid" ? "overlaid" : "stacked";
  const add = useCallback(
    (path: string) => set("tag", [...paths.filter((one) => one !== path), path]),
    [paths, set],
  );
  const remove = useCallback(
    (path: string) =>
      update((next) => {
        for (const name of ["tag", "hide"]) {
          const rest = next.getAll(name).filter((one) => one !== path);
          next.delete(name);
          for (const one of rest) next.append(name, one);
        }
        return next;
      }),
    [update],
  );
  const toggle = useCallback(
    (path: string) => {
      const next = new Set(hidden);
      if (!next.delete(path)) next.add(path);
      set("hide", [...next], true);
    },
    [hidden, set],
  );
  const setLayout = useCallback(
    (next: Layout) => set("layout", next === "stacked" ? null : next, true),
    [set],
  );
  return { paths, hidden, layout, add, remove, toggle, setLayout };
}

/** A tag the server does not know still has a row, so that a link to it explains itself. */
function unknownTag(path: string): Tag {
  return {
    path,
    type: "double",
    unit: "",
    description: "",
    source: "",
    declared: false,
    samples: 0,
  };
}

export function useChosenTags(paths: readonly string[]): {
  tags: Tag[];
  ready: boolean;
  error: Error | null;
} {
  const query = useTags();
  const tags = useMemo(() => {
    const byPath = new Map(query.data?.tags.map((tag) => [tag.path, tag]));
    return paths.map((path) => byPath.get(path) ?? unknownTag(path));
  }, [paths, query.data]);
  return { tags, ready: query.data !== undefined, error: query.error };
}

export interface TrendResult {
  data: (TrendSeries | undefined)[];
  errors: (Error | null)[];
  fetching: boolean;
  retry: () => void;
}

const SHORTEST_REFRESH_MS = 5000;
const REFRESHES_PER_VIEW = 500;

/** How often a view that ends now is drawn anew: when about two pixels of time have passed. */
function refreshEvery(view: Span): number {
  return Math.max(SHORTEST_REFRESH_MS, (view.to - view.from) / REFRESHES_PER_VIEW);
}

/** The series of tags for a view, in the order of the tags; the last ones stay until new ones come. */
export function useTrendData(
  tags: readonly Tag[],
  view: Span,
  width_px: number,
  options: { enabled: boolean; live: boolean },
): TrendResult {
  const requests = tags.map((tag) => requestFor(tag, view, width_px));
  const result = useQueries({
    queries: requests.map((request) => ({
      queryKey: keyOf(request),
      queryFn: ({ signal }: { signal: AbortSignal }) => fetchTrend(request, signal),
      enabled: options.enabled && width_px > 0,
      refetchInterval: options.live ? refreshEvery(view) : (false as const),
    })),
    combine: (results) => ({
      data: results.map((result) => result.data),
      errors: results.map((result) => result.error),
      fetching: results.some((result) => result.isLoading),
      retry: () => {
        for (const result of results) if (result.error) void result.refetch();
      },
    }),
  });
  const data = useKept(tags, result.data, result.errors);
  return { ...result, data };
}

/**
 * Series with those of the view before in place of what is still on its way: a chart that went away
 * for a moment would take the focus, and the keys, with it.
 */
function useKept(
  tags: readonly Tag[],
  data: readonly (TrendSeries | undefined)[],
  errors: readonly (Error | null)[],
): (TrendSeries | undefined)[] {
  const before = useRef(new Map<string, TrendSeries>());
  const shown = useMemo(
    () => tags.map((tag, i) => data[i] ?? (errors[i] ? undefined : before.current.get(tag.path))),
    [tags, data, errors],
  );
  useEffect(() => {
    before.current = new Map(shown.flatMap((series) => (series ? [[series.tag, series]] : [])));
  }, [shown]);
  return shown;
}
