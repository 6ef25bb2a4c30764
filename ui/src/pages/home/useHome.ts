import { useMemo } from "react";
import { useCoverage, useInitiatives, useLast } from "../../api/queries.ts";
import { useServerNow } from "../../api/useLive.ts";
import { inScope, useScope } from "../../app/address.ts";
import { useRange } from "../../app/place.ts";
import { attentionOf } from "./overview.ts";

const COVERAGE_CELLS = 100;

export function useScopedInitiatives() {
  const { scope } = useScope();
  const query = useInitiatives();
  const initiatives = useMemo(
    () => query.data?.initiatives.filter((one) => inScope(one.scope, scope)),
    [query.data, scope],
  );
  return { query, initiatives };
}

export function useAttention() {
  const { glob } = useScope();
  const query = useLast([glob]);
  const now = useServerNow(5000);
  const at = Math.max(now, query.data?.now ?? 0);
  const attention = useMemo(
    () => (query.data ? attentionOf(query.data.tags, at) : undefined),
    [query.data, at],
  );
  return { query, attention, now: at };
}

export function useScopeCoverage() {
  const { glob } = useScope();
  const { span } = useRange();
  const query = useCoverage([glob], span.from, span.to, COVERAGE_CELLS, true);
  return { query, span };
}
