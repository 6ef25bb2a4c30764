import { createContext, useCallback, useContext, useMemo } from "react";
import type { Info, Session } from "../api/types.ts";
import { isZone } from "../format/zone.ts";
import {
  defaultRange,
  parseRange,
  type RangeSpec,
  resolveRange,
  type Span,
  writeRange,
} from "../range/range.ts";
import { usePageParams } from "./address.ts";

/** Who is signed in, at which plant. */
export interface Place {
  info: Info;
  session: Session;
  zone: string;
  currency: string;
}

export function makePlace(info: Info, session: Session): Place {
  const zone = isZone(info.time_zone) ? info.time_zone : "UTC";
  return { info, session, zone, currency: info.currency };
}

export const PlaceContext = createContext<Place | null>(null);

export function usePlace(): Place {
  const place = useContext(PlaceContext);
  if (!place) throw new Error("no PlaceContext above this component");
  return place;
}

/** Relative ranges move in steps of this share of their length: about a pixel. */
const MOVES_PER_RANGE = 1000;

/** Never later than now: what is not yet due is not missing. */
function steadyNow(now: number, spec: RangeSpec): number {
  if (spec.kind !== "last") return Math.floor(now / 60_000) * 60_000;
  const length = resolveRange(spec, { now: 0, first: null, last: null, zone: "UTC" });
  const step = Math.max(5000, (length.to - length.from) / MOVES_PER_RANGE);
  return Math.floor(now / step) * step;
}

/** The range of the address and how to change it. */
export function useRange(): {
  spec: RangeSpec;
  span: Span;
  setSpec: (spec: RangeSpec, replace?: boolean) => void;
} {
  const { info, zone } = usePlace();
  const { params, update } = usePageParams();
  const spec = useMemo(
    () =>
      parseRange(params) ??
      defaultRange({ now: info.now, first: info.first ?? null, last: info.last ?? null, zone }),
    [params, info, zone],
  );
  const now = steadyNow(info.now, spec);
  const { from, to } = resolveRange(spec, {
    now,
    first: info.first ?? null,
    last: info.last ?? null,
    zone,
  });
  const span = useMemo(() => ({ from, to }), [from, to]);
  const setSpec = useCallback(
    (next: RangeSpec, replace = false) => update((old) => writeRange(old, next), replace),
    [update],
  );
  return { spec, span, setSpec };
}
