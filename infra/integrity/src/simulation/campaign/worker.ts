import { isMainThread, parentPort } from 'node:worker_threads';
import { mutantNamed } from '../mutants/mutants.ts';
import type { Reduction } from '../plan/reduction.ts';
import type { SeedResult } from '../run-seed.ts';
import { runSeed } from '../run-seed.ts';

/** One seed to be run by a worker. */
export interface SeedOrder {
  readonly seed: number;
  readonly reduction?: Reduction;
  /** Name of a planted bug. */
  readonly mutant?: string;
  readonly trace?: boolean;
}

export type SeedAnswer =
  | { readonly ok: true; readonly result: SeedResult }
  | { readonly ok: false; readonly error: string };

/** Runs what the campaign orders, one seed after the other, until the thread is ended. */
export function serveSeeds(): void {
  const port = parentPort;
  if (isMainThread || port === null) throw new Error('only a worker serves seeds');
  port.on('message', (order: SeedOrder) => {
    run(order).then(
      (result) => port.postMessage({ ok: true, result } satisfies SeedAnswer),
      (error: unknown) => {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        port.postMessage({ ok: false, error: text } satisfies SeedAnswer);
      },
    );
  });
}

function run({ seed, reduction, mutant, trace }: SeedOrder): Promise<SeedResult> {
  return runSeed({
    seed,
    ...(reduction === undefined ? {} : { reduction }),
    ...(mutant === undefined ? {} : { mutant: mutantNamed(mutant) }),
    ...(trace === undefined ? {} : { trace }),
  });
}
