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

/** "degC" is shown as "°C", "m3/h" as "m³/h"; what is not known stays as it is. */
export function unitLabel(unit: string): string {
  const known = LABELS[unit];
  if (known !== undefined) return known;
  return unit
    .replace(/([A-Za-z])\^?2(?![0-9])/g, "$1\u00b2")
    .replace(/([A-Za-z])\^?3(?![0-9])/g, "$1\u00b3");
}
