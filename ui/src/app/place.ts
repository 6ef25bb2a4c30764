import { createContext, useCallback, useContext, useMemo } from "react";
import { usePlant } from "../api/queries.ts";
import type { Asset, Info, Session, Tag } from "../api/types.ts";
import { isZone } from "../format/zone.ts";
import {
  defaultRange,
  parseRange,
  type RangeSpec,
  resolveRange,
  type Span,
  writeRange,
} from "../range/range.ts";
import { inScope, usePageParams } from "./address.ts";

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

/** The zone of a path: that of the deepest asset it lies in, else the plant's. */
export function zoneAt(path: string, assets: readonly Asset[], plantZone: string): string {
  let zone = plantZone;
  let depth = 0;
  for (const asset of assets) {
    if (!inScope(path, asset.path) || asset.path.length <= depth) continue;
    if (!isZone(asset.time_zone)) continue;
    zone = asset.time_zone;
    depth = asset.path.length;
  }
  return zone;
}

/** The place as seen from a path of the plant: its times are in the zone of that path. */
export function usePlaceAt(path: string): Place {
  const place = usePlace();
  const plant = usePlant();
  const zone = zoneAt(path, plant.data?.assets ?? [], place.zone);
  return useMemo(() => ({ ...place, zone }), [place, zone]);
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

/** The life of some tags: from the first sample of any to the newest of any. */
export function lifeOf(tags: readonly Pick<Tag, "first" | "last">[]): Life | null {
  const firsts = tags.flatMap(({ first }) => (typeof first === "number" ? [first] : []));
  const lasts = tags.flatMap(({ last }) => (typeof last === "number" ? [last] : []));
  if (firsts.length === 0 || lasts.length === 0) return null;
  return { first: Math.min(...firsts), last: Math.max(...lasts) };
}

export interface Life {
  first: number;
  last: number;
}

/** The range of the address and how to change it. "All data" is all of `life` where that is given. */
export function useRange(life: Life | null = null): {
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
    first: life?.first ?? info.first ?? null,
    last: life?.last ?? info.last ?? null,
    zone,
  });
  const span = useMemo(() => ({ from, to }), [from, to]);
  const setSpec = useCallback(
    (next: RangeSpec, replace = false) => update((old) => writeRange(old, next), replace),
    [update],
  );
  return { spec, span, setSpec };
}
