/** Layout of labels that must not collide. */

/**
 * Moves positions apart so that neighbours are at least `gap` from each other and all stay within
 * [low, high], each as near to where it belongs as that allows. Keeps the order of the input.
 */
export function spread(
  wanted: readonly number[],
  gap: number,
  low: number,
  high: number,
): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const step = Math.min(gap, wanted.length > 1 ? (high - low) / (wanted.length - 1) : gap);
  const placed = new Array<number>(wanted.length).fill(low);
  let edge = low;
  for (const i of order) {
    const at = Math.max(edge, wanted[i] ?? low);
    placed[i] = at;
    edge = at + step;
  }
  edge = high;
  for (const i of order.reverse()) {
    const at = Math.min(edge, placed[i] ?? high);
    placed[i] = Math.max(low, at); // rounding may leave it a hair below
    edge = at - step;
  }
  return placed;
}

/** The shortest endings of paths that tell them apart: `line-1/flow` beside `line-2/flow`. */
export function shortNames(paths: readonly string[]): string[] {
  return paths.map((path) => {
    const segments = path.split("/");
    for (let take = 1; take < segments.length; take++) {
      const ending = segments.slice(-take).join("/");
      const twins = paths.filter((other) => other === ending || other.endsWith(`/${ending}`));
      if (new Set(twins).size <= 1) return ending;
    }
    return path;
  });
}

/** The end of a text that fits `limit` characters, with an ellipsis where it was cut. */
export function elide(text: string, limit: number): string {
  return text.length <= limit ? text : `\u2026${text.slice(text.length - limit + 1)}`;
}
