import type { SeedResult } from '../run-seed.ts';
import { NameCounts } from './name-counts.ts';

/** What a campaign has come to so far. */
export interface Totals {
  readonly seeds: number;
  /** Different histories among them, by hash. */
  readonly histories: number;
  readonly commands: number;
  /** Committed records that the reader followed. */
  readonly records: number;
  readonly steps: number;
  readonly virtualMs: number;
  /** Seeds that had each kind of fault; `none` for those without any. */
  readonly faults: Readonly<Record<string, number>>;
  readonly sometimes: Readonly<Record<string, number>>;
  readonly failed: readonly SeedResult[];
  /** Seeds that were run twice, and those that did not give the same history. */
  readonly repeated: number;
  readonly different: readonly number[];
}

/** Adds results up. Hashes are kept, not histories. */
export class Counting {
  readonly #hashes = new Set<string>();
  readonly #faults = new NameCounts();
  readonly #sometimes = new NameCounts();
  readonly #failed: SeedResult[] = [];
  readonly #different: number[] = [];
  #seeds = 0;
  #commands = 0;
  #records = 0;
  #steps = 0;
  #virtualMs = 0;
  #repeated = 0;

  add(result: SeedResult): void {
    this.#seeds += 1;
    this.#hashes.add(result.hash);
    this.#commands += result.commands;
    this.#records += result.records;
    this.#steps += result.steps;
    this.#virtualMs += result.virtualMs;
    const kinds = result.faults.length === 0 ? ['none'] : result.faults;
    for (const kind of kinds) this.#faults.add(kind);
    this.#sometimes.addAll(result.sometimes);
    if (result.findings.length > 0) this.#failed.push(result);
  }

  addRepeat(first: SeedResult, second: SeedResult): void {
    this.#repeated += 1;
    if (first.hash !== second.hash) this.#different.push(first.seed);
  }

  totals(): Totals {
    return {
      seeds: this.#seeds,
      histories: this.#hashes.size,
      commands: this.#commands,
      records: this.#records,
      steps: this.#steps,
      virtualMs: this.#virtualMs,
      faults: this.#faults.sorted(),
      sometimes: this.#sometimes.sorted(),
      failed: this.#failed,
      repeated: this.#repeated,
      different: this.#different,
    };
  }
}
