import { PostgresDown } from '@plumbline/postgres';
import { lookupBatch, lookupsWaitingMax } from './limits.ts';

/**
 * Looks up many ids with one query at a time: what is asked for while one runs goes into the next.
 * Whoever guesses ids costs Postgres no more than everybody else together.
 *
 * Errors: those of `read`, and PostgresDown when too many wait.
 */
export function createLookup<Row>(options: {
  read(ids: readonly string[]): Promise<ReadonlyMap<string, Row>>;
}): (id: string) => Promise<Row | null> {
  interface Waiting {
    readonly found: (row: Row | null) => void;
    readonly failed: (error: unknown) => void;
  }
  const waiting = new Map<string, Waiting[]>();
  let running = false;

  async function drain(): Promise<void> {
    while (waiting.size > 0) {
      const ids = [...waiting.keys()].slice(0, lookupBatch);
      const asked = ids.map((id) => [id, waiting.get(id) ?? []] as const);
      for (const id of ids) waiting.delete(id);
      try {
        const rows = await options.read(ids);
        for (const [id, each] of asked) for (const { found } of each) found(rows.get(id) ?? null);
      } catch (error) {
        for (const [, each] of asked) for (const { failed } of each) failed(error);
      }
    }
    running = false;
  }

  return (id) =>
    new Promise((found, failed) => {
      const same = waiting.get(id);
      if (same !== undefined) {
        same.push({ found, failed });
        return;
      }
      if (waiting.size >= lookupsWaitingMax) {
        failed(new PostgresDown(`${waiting.size} keys wait to be looked up in Postgres`));
        return;
      }
      waiting.set(id, [{ found, failed }]);
      if (running) return;
      running = true;
      void drain();
    });
}
