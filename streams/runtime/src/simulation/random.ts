/**
 * Draws from a seed. A fork has a sequence of its own that depends on the seed and its name only, so
 * that one more draw in one place does not shift what every other place draws.
 */
export interface Random {
  /** The same name gives the same sequence, from its start. */
  fork(name: string): Random;
  /** 0 ≤ n < 1. */
  real(): number;
  /** A whole number, 0 ≤ n < below. */
  int(below: number): number;
  /** From inclusive, to exclusive, in eighths, so that sums stay exact. */
  between(from: number, to: number): number;
  /** Between `from` and `to`, each order of magnitude as likely as the next. */
  skewed(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** A new list. */
  shuffle<T>(list: readonly T[]): T[];
}

/** Not for secrets: small, fast, and the same on every machine. */
export function createRandom(seed: number): Random {
  return new Sfc32(seed >>> 0, Math.floor(seed / 0x1_0000_0000) >>> 0);
}

/** Chris Doty-Humphrey's sfc32 (PractRand). */
class Sfc32 implements Random {
  readonly #low: number;
  readonly #high: number;
  #a: number;
  #b: number;
  #c = 0x9e37_79b9;
  #counter = 1;

  constructor(low: number, high: number) {
    this.#low = low;
    this.#high = high;
    this.#a = low;
    this.#b = high;
    // Twelve rounds mix the seed into all of the state, as its author advises.
    for (let round = 0; round < 12; round += 1) this.#next();
  }

  fork(name: string): Random {
    return new Sfc32(hashText(name, this.#low), hashText(name, this.#high ^ 0x5bd1_e995));
  }

  real(): number {
    return this.#next() / 0x1_0000_0000;
  }

  int(below: number): number {
    return Math.floor(this.real() * below);
  }

  between(from: number, to: number): number {
    return from + Math.floor(this.real() * (to - from) * 8) / 8;
  }

  skewed(from: number, to: number): number {
    return Math.floor(from * (to / from) ** this.real() * 8) / 8;
  }

  chance(probability: number): boolean {
    // No draw where there is no chance: a plan without a kind costs nothing and shifts nothing.
    return probability > 0 && this.real() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[this.int(list.length)];
    if (picked === undefined) throw new Error('Nothing to pick from');
    return picked;
  }

  shuffle<T>(list: readonly T[]): T[] {
    const shuffled = [...list];
    for (let last = shuffled.length - 1; last > 0; last -= 1) {
      const other = this.int(last + 1);
      const [a, b] = [shuffled[last], shuffled[other]];
      if (a === undefined || b === undefined) continue;
      shuffled[last] = b;
      shuffled[other] = a;
    }
    return shuffled;
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}

/** FNV-1a over the UTF-16 units, 32 bits. */
export function hashText(text: string, from = 0x811c_9dc5): number {
  let hash = from ^ 0x811c_9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193);
  }
  return hash >>> 0;
}
