import { useEffect } from "react";
import { useLocation, useSearchParams } from "react-router";
import { type Params, useTo } from "./address.ts";

/** The trend looked at last, so that the way back to Trends leads to it. Gone with the window. */

const OWN = ["tag", "hide", "layout"];
let last: Params = {};

function choiceOf(params: URLSearchParams): Params {
  return Object.fromEntries(OWN.map((name) => [name, params.getAll(name)]));
}

export function useRememberTrend(): void {
  const [params] = useSearchParams();
  useEffect(() => {
    last = choiceOf(params);
  }, [params]);
}

/** The addresses of the pages as the shell leads to them. */
export function useToPage(): (path: string) => string {
  const to = useTo();
  const { pathname } = useLocation();
  const [params] = useSearchParams();
  return (path) => {
    if (path !== "/trends") return to(path);
    return to(path, pathname === path ? choiceOf(params) : last);
  };
}
