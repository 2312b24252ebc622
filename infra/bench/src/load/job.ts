import type { Summary } from './summarise.ts';

/** What the generator process is told, as one line of JSON on its standard input. */
export interface LoadJob {
  readonly call: CallName;
  /** Taken in turn. */
  readonly urls: readonly string[];
  /** Begins every order number. */
  readonly prefix: string;
  readonly perSecond: number;
  readonly seconds: number;
}

export type CallName = 'POST /orders' | 'POST /payments';

/** Its one line on the standard output. */
export interface LoadResult extends Summary {
  /** When the first request was due, epoch ms. */
  readonly beganAtMs: number;
}

export const countOf = ({ perSecond, seconds }: LoadJob): number => perSecond * seconds;
