/** States by the numbers of PackML (ISA-TR88.00.02). */
export const State = { suspended: 5, execute: 6, aborted: 9 } as const;

export interface Machine {
  readonly name: string;
  /** Pieces a second at full speed. */
  readonly fullSpeed: number;
  readonly rejectShare: number;
  readonly idlePowerKw: number;
  readonly fullPowerKw: number;
  state: number;
  /** A person has pressed the button for trouble. */
  fault: boolean;
  piecesIn: number;
  piecesOut: number;
  rejects: number;
  speed: number;
  powerKw: number;
  energyKwh: number;
  temperatureC: number;
}

const ambientC = 20;
const warmingC = 35;
const warmingSeconds = 120;
const bufferPieces = 50;
const faultShare = 0.002;
const repairShare = 0.05;

function machine(
  name: string,
  fullSpeed: number,
  rejectShare: number,
  fullPowerKw: number,
): Machine {
  return {
    name,
    fullSpeed,
    rejectShare,
    idlePowerKw: fullPowerKw * 0.15,
    fullPowerKw,
    state: State.execute,
    fault: false,
    piecesIn: 0,
    piecesOut: 0,
    rejects: 0,
    speed: 0,
    powerKw: 0,
    energyKwh: 0,
    temperatureC: ambientC,
  };
}

/** A small generator with a seed (mulberry32): the same seed gives the same line. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Filler, capper, labeller and packer with a buffer of 50 pieces between them. No piece is made or
 * lost in between: what one machine has put out is what the next has taken and what waits.
 */
export class PackagingLine {
  readonly machines: readonly Machine[] = [
    machine("Filler", 5, 0.01, 7.5),
    machine("Capper", 5.5, 0.005, 3),
    machine("Labeller", 5.5, 0.008, 2.2),
    machine("Packer", 6, 0.002, 4),
  ];
  readonly #random: () => number;
  readonly #owed: number[] = [0, 0, 0, 0];
  readonly #broken: boolean[] = [false, false, false, false];

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  /** Pieces that wait in front of a machine. */
  waiting(index: number): number {
    const before = this.machines[index - 1];
    const here = this.machines[index];
    if (before === undefined || here === undefined) return Number.POSITIVE_INFINITY;
    return before.piecesOut - here.piecesIn;
  }

  advance(seconds: number): void {
    for (const [index, current] of this.machines.entries()) {
      this.#breakOrMend(index, seconds);
      this.#work(index, current, seconds);
      this.#warm(current, seconds);
    }
  }

  #breakOrMend(index: number, seconds: number): void {
    const share = this.#broken[index] ? repairShare : faultShare;
    if (this.#random() < share * seconds) this.#broken[index] = !this.#broken[index];
  }

  #work(index: number, current: Machine, seconds: number): void {
    const last = index === this.machines.length - 1;
    const room = last ? Number.POSITIVE_INFINITY : bufferPieces - this.waiting(index + 1);
    const halted = current.fault || this.#broken[index] === true;
    const stuck = this.waiting(index) <= 0 || room <= 0;
    current.state = halted ? State.aborted : stuck ? State.suspended : State.execute;
    const running = current.state === State.execute;
    current.speed = running ? current.fullSpeed * (0.97 + 0.06 * this.#random()) : 0;
    const owed = (this.#owed[index] ?? 0) + current.speed * seconds;
    const pieces = Math.floor(Math.min(owed, this.waiting(index), room));
    this.#owed[index] = Math.min(owed - pieces, 1);
    for (let piece = 0; piece < pieces; piece++) this.#pass(current);
  }

  #pass(current: Machine): void {
    current.piecesIn++;
    if (this.#random() < current.rejectShare) current.rejects++;
    else current.piecesOut++;
  }

  #warm(current: Machine, seconds: number): void {
    const load = current.speed / current.fullSpeed;
    current.powerKw = current.idlePowerKw + (current.fullPowerKw - current.idlePowerKw) * load;
    current.energyKwh += (current.powerKw * seconds) / 3600;
    const target = ambientC + warmingC * load;
    const share = 1 - Math.exp(-seconds / warmingSeconds);
    current.temperatureC += (target - current.temperatureC) * share;
  }
}
