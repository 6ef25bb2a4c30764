/** A number in [0, 1) that depends on its inputs only (mulberry32 over a mixed seed). */
export function noise(seed: number, step: number): number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(step | 0, 0x85ebca6b)) >>> 0;
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}

/** A number with mean 0 and deviation 1, from four uniform ones. */
export function normal(seed: number, step: number): number {
  let sum = 0;
  for (let i = 0; i < 4; i++) sum += noise(seed + 7919 * i, step);
  return (sum - 2) * Math.sqrt(3);
}
