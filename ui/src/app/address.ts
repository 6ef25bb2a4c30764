import { useCallback, useMemo } from "react";
import { useLocation, useNavigate, useSearchParams } from "react-router";

/** The address is the state: what is shared by all pages, and how one page leads to another. */

const SHARED = ["scope", "range", "from", "to"];

export type Params = Record<string, string | readonly string[] | null | undefined>;

/** Puts a parameter in place of the one of that name; null or nothing removes it. */
function put(params: URLSearchParams, name: string, value: Params[string]): void {
  params.delete(name);
  if (value === null || value === undefined || value === "") return;
  for (const item of typeof value === "string" ? [value] : value) params.append(name, item);
}

/** Paths of tags stay readable in an address: a slash or colon needs no escape in a query. */
function textOf(params: URLSearchParams): string {
  const text = params.toString().replaceAll("%2F", "/").replaceAll("%3A", ":");
  return text ? `?${text}` : "";
}

/** The query part of an address: shared parameters of `current`, then `extra`; null removes one. */
export function searchFor(current: URLSearchParams, extra: Params): string {
  const next = new URLSearchParams();
  for (const name of SHARED) put(next, name, current.get(name));
  // A fixed range in `extra` takes the place of a relative one, and the other way round.
  if ("from" in extra) next.delete("range");
  if ("range" in extra) for (const name of ["from", "to"]) next.delete(name);
  for (const [name, value] of Object.entries(extra)) put(next, name, value);
  return textOf(next);
}

export type ToPage = (path: string, extra?: Params) => string;

/** Makes addresses of other pages that keep the scope and the range. */
export function useTo(): ToPage {
  const [params] = useSearchParams();
  return useCallback((path, extra = {}) => path + searchFor(params, extra), [params]);
}

/** Reads and changes parameters of this page. `replace` leaves no step in the history. */
export function usePageParams() {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const { pathname, hash } = useLocation();
  const update = useCallback(
    (change: (params: URLSearchParams) => URLSearchParams, replace = false) => {
      const search = textOf(change(new URLSearchParams(window.location.search)));
      navigate({ pathname, search, hash }, { replace });
    },
    [navigate, pathname, hash],
  );
  const set = useCallback(
    (name: string, value: Params[string], replace = false) =>
      update((next) => {
        put(next, name, value);
        return next;
      }, replace),
    [update],
  );
  return { params, update, set };
}

/** The asset whose part of the plant every page shows; empty is the whole plant. */
export function useScope(): { scope: string; setScope: (scope: string) => void; glob: string } {
  const { params, set } = usePageParams();
  const scope = params.get("scope") ?? "";
  const setScope = useCallback((next: string) => set("scope", next), [set]);
  return useMemo(() => ({ scope, setScope, glob: globOf(scope) }), [scope, setScope]);
}

export function globOf(scope: string): string {
  return scope === "" ? "**" : `${scope}/**`;
}

/** Whether a path is the scope or lies under it. */
export function inScope(path: string, scope: string): boolean {
  return scope === "" || path === scope || path.startsWith(`${scope}/`);
}
