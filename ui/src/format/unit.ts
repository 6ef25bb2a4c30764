/** Units as people write them, from the names of udunits that the server uses. */

const LABELS: Record<string, string> = {
  "1": "",
  degC: "\u00b0C",
  celsius: "\u00b0C",
  degF: "\u00b0F",
  degree_Celsius: "\u00b0C",
  K: "K",
  percent: "%",
  micrometer: "\u00b5m",
  um: "\u00b5m",
  ohm: "\u03a9",
};

/** Parts of units that are written shorter; longer names first. */
const PARTS: readonly [RegExp, string][] = [[/\btons?_of_refrigeration\b/g, "TR"]];

/** Powers of lengths only: the 2 of CO2 is not one. */
const POWER = /(^|[^A-Za-z])([kcdm]?m|ft|in)\^?([23])(?![0-9])/g;

/** "degC" is shown as "°C", "m3/h" as "m³/h"; what is not known stays as it is. */
export function unitLabel(unit: string): string {
  const known = LABELS[unit];
  if (known !== undefined) return known;
  const short = PARTS.reduce((text, [long, symbol]) => text.replace(long, symbol), unit);
  return short.replace(
    POWER,
    (_, before: string, length: string, power: string) =>
      `${before}${length}${power === "2" ? "\u00b2" : "\u00b3"}`,
  );
}
