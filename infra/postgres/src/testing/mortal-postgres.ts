import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Step } from '@plumbline/observability';
import { stepChannel } from '@plumbline/observability';
import type { Postgres, Sql, SqlTransaction } from '../open-postgres.ts';

/** Where a process dies. */
export interface Death {
  readonly of: string;
  readonly step: string;
  /** At which time that it comes there, from 1. */
  readonly at: number;
}

export interface MortalPostgres extends Postgres {
  /** Whether it came so far. */
  died(): boolean;
  release(): void;
}

/**
 * As a process that is killed at a step leaves the database: what was committed stands, no
 * statement comes after, and the server rolls back what was open.
 */
export function createMortalPostgres(postgres: Postgres, death: Death): MortalPostgres {
  let seen = 0;
  const onStep = (message: unknown): void => {
    const { of, step } = message as Step;
    if (of === death.of && step === death.step) seen += 1;
  };
  const died = (): boolean => seen >= death.at;
  const alive = (): void => {
    if (died()) throw new Error(`killed at ${death.of} ${death.step}`);
  };
  const mortal = <S extends Sql>(sql: S): S => ({
    ...sql,
    query: (text, bindings) => {
      alive();
      return sql.query(text, bindings);
    },
  });
  subscribe(stepChannel, onStep);
  return {
    ...mortal(postgres),
    died,
    release: () => unsubscribe(stepChannel, onStep),
    transaction(work, how) {
      alive();
      return postgres.transaction(async (sql: SqlTransaction) => {
        const result = await work(mortal(sql));
        alive();
        return result;
      }, how);
    },
  };
}

/** Calls back in each transaction before its work, with its number from 1. */
export function withHook(postgres: Postgres, hook: (number: number) => Promise<unknown>): Postgres {
  let number = 0;
  return {
    ...postgres,
    transaction: (work, how) => {
      number += 1;
      const mine = number;
      return postgres.transaction(async (sql) => {
        await hook(mine);
        return work(sql);
      }, how);
    },
  };
}

/** The transaction of a rebuild's second batch: before it come its lock, its tables, positions, and a batch. */
export const secondBatch = 5;
