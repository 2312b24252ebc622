import type { Summary } from './summarise.ts';

import type { MoneyReport } from '../money/orders.ts';
import type { Person } from '../shop/people.ts';

/** What the generator process is told, as one line of JSON on its standard input. */
export type LoadJob = PlainJob | PurchaseJob | ReportJob;

export interface PlainJob extends Load {
  readonly call: CallName;
}

export interface PurchaseJob extends Load {
  readonly call: 'POST /api/purchases';
  readonly shop: {
    readonly origin: string;
    /** Both taken in turn. */
    readonly people: readonly Person[];
    readonly baskets: readonly Basket[];
  };
}

/** Money that came in, reported by monitor clients: a success is MATCHED and nothing else. */
export interface ReportJob extends Load {
  readonly call: 'POST /api/monitor/records';
  /** One for each request. */
  readonly reports: readonly {
    readonly body: MoneyReport;
    /** Of the client that reports. */
    readonly token: string;
  }[];
}

/** One piece. */
export interface Basket {
  readonly sku: string;
  readonly currency: 'CNY' | 'JPY';
  readonly balance?: string;
  readonly channel?: string;
}

interface Load {
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
  /** When the last answer was there, epoch ms. */
  readonly endedAtMs: number;
}

export const countOf = ({ perSecond, seconds }: Load): number => perSecond * seconds;
