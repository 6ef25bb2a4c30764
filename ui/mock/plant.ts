import type { Asset, Tag } from "../src/api/types.ts";

export const ZONE = "Europe/Berlin";
export const CURRENCY = "EUR";
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** How a tag of the mock behaves; its samples are computed, not stored. */
export interface MockTag {
  path: string;
  type: Tag["type"];
  unit: string;
  description: string;
  interval_ms: number;
  seed: number;
  shape: "energy" | "noisy" | "temperature" | "state" | "counter" | "ratio" | "running";
  base: number;
  swing: number;
  decimals: number;
  limits?: NonNullable<Tag["limits"]>;
  states?: string[];
  stopped_ms_ago?: number; // no samples since
  bad?: boolean; // the newest samples are bad
  outages?: [from_days_ago: number, length_hours: number][];
}

function asset(path: string, level: Asset["level"], description: string, template = ""): Asset {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return { path, name, level, description, template, time_zone: ZONE, currency: CURRENCY };
}

export const ASSETS: Asset[] = [
  asset("northfield", "enterprise", "Northfield Steel"),
  asset("northfield/ruhr", "site", "Ruhr works"),
  asset("northfield/ruhr/melt-shop", "area", "Melt shop"),
  asset("northfield/ruhr/melt-shop/furnace-1", "equipment", "Electric arc furnace 1", "furnace"),
  asset("northfield/ruhr/melt-shop/furnace-2", "equipment", "Electric arc furnace 2", "furnace"),
  asset("northfield/ruhr/rolling", "area", "Rolling mill"),
  asset("northfield/ruhr/rolling/line-1", "line", "Hot strip line"),
  asset("northfield/ruhr/rolling/line-1/reheater", "equipment", "Walking beam reheater"),
  asset("northfield/ruhr/rolling/line-1/roughing", "equipment", "Roughing stand", "stand"),
  asset("northfield/ruhr/rolling/line-1/finishing", "equipment", "Finishing stand", "stand"),
  asset("northfield/ruhr/utilities", "area", "Utilities"),
  asset("northfield/ruhr/utilities/compressors", "equipment", "Compressed air station"),
];

const MELT = "northfield/ruhr/melt-shop";
const LINE = "northfield/ruhr/rolling/line-1";
const AIR = "northfield/ruhr/utilities/compressors";
const WORKS = "northfield/ruhr/rolling";

function furnace(n: number): MockTag[] {
  const path = `${MELT}/furnace-${n}`;
  const seed = 100 * n;
  return [
    {
      path: `${path}/power`,
      type: "double",
      unit: "MW",
      description: "Active power",
      interval_ms: MINUTE,
      seed: seed + 1,
      shape: "noisy",
      base: 42,
      swing: 18,
      decimals: 2,
      limits: { high: 68, high_high: 74 },
      outages: [
        [12, 9],
        [3, 2],
      ],
    },
    {
      path: `${path}/temperature`,
      type: "double",
      unit: "degC",
      description: "Shell temperature",
      interval_ms: MINUTE,
      seed: seed + 2,
      shape: "temperature",
      base: 310,
      swing: 40,
      decimals: 1,
      limits: { high: 380, high_high: 420 },
      outages: [[12, 9]],
    },
    {
      path: `${path}/state`,
      type: "string",
      unit: "",
      description: "What the furnace does",
      interval_ms: 15 * MINUTE,
      seed: seed + 3,
      shape: "state",
      base: 0,
      swing: 0,
      decimals: 0,
      states: ["melting", "charging", "tapping", "idle"],
    },
    {
      path: `${path}/electrode_wear`,
      type: "double",
      unit: "mm",
      description: "Electrode wear since change",
      interval_ms: 15 * MINUTE,
      seed: seed + 4,
      shape: "ratio",
      base: 30,
      swing: 12,
      decimals: 1,
      ...(n === 2 ? { stopped_ms_ago: 5 * DAY } : {}),
    },
  ];
}

export const TAGS: MockTag[] = [
  ...furnace(1),
  ...furnace(2),
  {
    path: `${WORKS}/energy`,
    type: "double",
    unit: "kWh",
    description: "Electric energy of the mill",
    interval_ms: 15 * MINUTE,
    seed: 1,
    shape: "energy",
    base: 27,
    swing: 60,
    decimals: 2,
    outages: [
      [201, 30],
      [140, 6],
      [61, 52],
      [8, 4],
    ],
  },
  {
    path: `${WORKS}/reactive_power`,
    type: "double",
    unit: "kVAr",
    description: "Lagging reactive power",
    interval_ms: 15 * MINUTE,
    seed: 2,
    shape: "energy",
    base: 13,
    swing: 30,
    decimals: 2,
    outages: [[61, 52]],
  },
  {
    path: `${WORKS}/power_factor`,
    type: "double",
    unit: "%",
    description: "Lagging power factor",
    interval_ms: 15 * MINUTE,
    seed: 3,
    shape: "ratio",
    base: 80,
    swing: 15,
    decimals: 2,
    limits: { low: 60, low_low: 50 },
  },
  {
    path: `${WORKS}/load_type`,
    type: "string",
    unit: "",
    description: "Load class of the supplier",
    interval_ms: 15 * MINUTE,
    seed: 4,
    shape: "state",
    base: 0,
    swing: 0,
    decimals: 0,
    states: ["Light_Load", "Medium_Load", "Maximum_Load"],
  },
  {
    path: `${LINE}/reheater/temperature`,
    type: "double",
    unit: "degC",
    description: "Slab exit temperature",
    interval_ms: MINUTE,
    seed: 11,
    shape: "temperature",
    base: 1180,
    swing: 35,
    decimals: 1,
    limits: { low: 1120, high: 1240, high_high: 1260 },
  },
  {
    path: `${LINE}/reheater/gas_flow`,
    type: "double",
    unit: "m3/h",
    description: "Natural gas flow",
    interval_ms: MINUTE,
    seed: 12,
    shape: "noisy",
    base: 5200,
    swing: 1400,
    decimals: 0,
  },
  {
    path: `${LINE}/roughing/torque`,
    type: "double",
    unit: "kN m",
    description: "Main drive torque",
    interval_ms: MINUTE,
    seed: 13,
    shape: "noisy",
    base: 840,
    swing: 300,
    decimals: 1,
    limits: { high: 1300 },
  },
  {
    path: `${LINE}/roughing/slabs`,
    type: "int64",
    unit: "1",
    description: "Slabs rolled",
    interval_ms: 5 * MINUTE,
    seed: 14,
    shape: "counter",
    base: 0,
    swing: 0,
    decimals: 0,
  },
  {
    path: `${LINE}/finishing/speed`,
    type: "double",
    unit: "m/s",
    description: "Strip speed",
    interval_ms: MINUTE,
    seed: 15,
    shape: "noisy",
    base: 11,
    swing: 4,
    decimals: 2,
  },
  {
    path: `${LINE}/finishing/thickness`,
    type: "double",
    unit: "mm",
    description: "Strip thickness",
    interval_ms: MINUTE,
    seed: 16,
    shape: "ratio",
    base: 3.2,
    swing: 0.4,
    decimals: 3,
    limits: { low: 2.9, high: 3.5 },
    bad: true,
  },
  {
    path: `${LINE}/finishing/running`,
    type: "bool",
    unit: "",
    description: "Stand runs",
    interval_ms: 5 * MINUTE,
    seed: 17,
    shape: "running",
    base: 0,
    swing: 0,
    decimals: 0,
  },
  {
    path: `${AIR}/pressure`,
    type: "double",
    unit: "bar",
    description: "Header pressure",
    interval_ms: 10_000,
    seed: 21,
    shape: "noisy",
    base: 7.1,
    swing: 0.5,
    decimals: 2,
    limits: { low: 6.2, high: 8 },
  },
  {
    path: `${AIR}/flow`,
    type: "double",
    unit: "m3/min",
    description: "Air delivered",
    interval_ms: 10_000,
    seed: 22,
    shape: "noisy",
    base: 64,
    swing: 22,
    decimals: 1,
  },
  {
    path: `${AIR}/dew_point`,
    type: "double",
    unit: "degC",
    description: "Pressure dew point",
    interval_ms: MINUTE,
    seed: 23,
    shape: "temperature",
    base: 3,
    swing: 2,
    decimals: 1,
    limits: { high: 7 },
    stopped_ms_ago: 3 * HOUR,
  },
];

export function toTag(mock: MockTag, now: number, first: number): Tag {
  const last = lastTime(mock, now);
  return {
    path: mock.path,
    type: mock.type,
    unit: mock.unit,
    description: mock.description,
    source: mock.path.includes("compressors") ? "opcua/air" : "import/mill-2025",
    declared: true,
    ...(mock.limits ? { limits: mock.limits } : {}),
    interval_ms: mock.interval_ms,
    samples: Math.floor((last - first) / mock.interval_ms),
    first,
    last,
    conflicts: 0,
  };
}

/** When the newest sample of a tag was taken. */
export function lastTime(mock: MockTag, now: number): number {
  const end = now - (mock.stopped_ms_ago ?? 0);
  return Math.floor(end / mock.interval_ms) * mock.interval_ms;
}
