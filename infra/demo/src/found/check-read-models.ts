import { setTimeout as sleep } from 'node:timers/promises';
import type { Postgres, Projection } from '@plumbline/postgres';
import { projectionPositions, rebuildAndCompare } from '@plumbline/postgres';
import type { LogAccess } from '../log/open-log-access.ts';
import { endsOf } from '../log/open-log-access.ts';

/** One read model against one that was built again from the log. */
export interface ReadModelCheck {
  readonly name: string;
  readonly equal: boolean;
  readonly records: number;
  readonly rows: string;
  /** What is different, in words; empty when nothing is. */
  readonly differences: readonly string[];
}

/**
 * Waits until the read model has folded everything that is in the log now, and proves it.
 *
 * Errors: RebuildRefused; one that does not catch up within `timeoutMs` is a difference.
 */
export async function checkReadModel(options: {
  readonly projection: Projection;
  readonly access: LogAccess;
  readonly postgres: Postgres;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}): Promise<ReadModelCheck> {
  const { projection, access, postgres, signal } = options;
  const behind = await behindAfterWait(options);
  const { log, codec } = access;
  const result = await rebuildAndCompare({ projection, log, codec, postgres, signal });
  const tables = result.tables.filter(({ equal }) => !equal);
  return {
    name: `${projection.name} v${projection.version}`,
    equal: result.equal && behind.length === 0,
    records: result.records,
    rows: result.tables.reduce((sum, { liveRows }) => sum + liveRows, 0n).toString(),
    differences: [
      ...behind,
      ...tables.flatMap(({ table, differences }) =>
        differences.map(
          ({ key, live, rebuilt }) =>
            `${table} ${key}: shows ${live ?? 'no row'}, the log says ${rebuilt ?? 'no row'}`,
        ),
      ),
    ],
  };
}

async function behindAfterWait(
  options: Parameters<typeof checkReadModel>[0],
): Promise<readonly string[]> {
  const { projection, access, postgres, timeoutMs, signal } = options;
  const ends = await endsOf(access.log, projection.inputs);
  const until = performance.now() + timeoutMs;
  for (;;) {
    const positions = await projectionPositions(postgres, projection);
    const behind = ends.filter(({ topic, partition, offset }) => {
      const at = positions.find((each) => each.topic === topic && each.partition === partition);
      return (at?.nextOffset ?? 0n) < offset;
    });
    if (behind.length === 0) return [];
    if (performance.now() > until)
      return behind.map(({ topic, partition }) => `is behind on ${topic}-${partition}`);
    await sleep(200, undefined, { signal });
  }
}
