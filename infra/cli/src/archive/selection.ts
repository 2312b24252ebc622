import type { LogRecord, ReadOnlyLog, TopicPartition } from '@plumbline/kafka';
import { offsetAtTime } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { maskedValue } from './personal-fields.ts';
import type { ArchivedValue } from './record-bytes.ts';

export interface Span {
  readonly from: bigint;
  /** Not included. */
  readonly to: bigint;
}

/** Which records of a log go into a bundle. */
export interface Selection {
  /** In words; the same for the same records. */
  readonly what: string;
  /** Where in a partition, of so many, they can be; `all` is what there is. */
  spanOf(at: TopicPartition & { readonly of: number }, all: Span): Promise<Span>;
  wants(record: Pick<LogRecord, 'key'>): boolean;
  /** What of a value goes into it. */
  keeps(value: ArchivedValue): ArchivedValue;
}

/** Before it is said what becomes of personal fields. */
export type Choice = Omit<Selection, 'keeps'>;

/** Masks what stands in the log in the clear, unless somebody says why it is wanted. */
export function withPersonal(choice: Choice, reason: string | null): Selection {
  const { what } = choice;
  if (reason === null)
    return { ...choice, what: `${what}, personal fields masked`, keeps: maskedValue };
  return {
    ...choice,
    what: `${what}, personal fields as they stand in the log: ${reason}`,
    keeps: (value) => value,
  };
}

/** Of one order: what has its key, or the number of one of its payments. */
export function selectKeys(what: string, keys: ReadonlySet<string>): Choice {
  return {
    what,
    spanOf: ({ partition, of }, all) => {
      const isThere = [...keys].some((key) => partitionOfRecordKey(key, of) === partition);
      return Promise.resolve(isThere ? all : { from: all.to, to: all.to });
    },
    wants: ({ key }) => key !== null && keys.has(key.toString('utf8')),
  };
}

/** Of one tenant, which is a merchant: its orders, payments, stock, accounts and endpoints. */
export function selectTenant(tenant: string): Choice {
  const start = Buffer.from(`${tenant}/`);
  return {
    what: `tenant ${tenant}`,
    spanOf: (_, all) => Promise.resolve(all),
    wants: ({ key }) => key?.subarray(0, start.length).equals(start) === true,
  };
}

/** What was appended from one moment on and before another, epoch ms; null: from or to the end. */
export function selectRange(
  log: ReadOnlyLog,
  { fromMs, toMs }: { readonly fromMs: number | null; readonly toMs: number | null },
): Choice {
  const text = (ms: number | null): string => (ms === null ? '…' : new Date(ms).toISOString());
  return {
    what: `range ${text(fromMs)} to ${text(toMs)}`,
    spanOf: async ({ topic, partition }, all) => {
      const at = { topic, partition };
      const from = fromMs === null ? all.from : await offsetAtTime(log, at, fromMs);
      const to = toMs === null ? all.to : await offsetAtTime(log, at, toMs);
      return { from, to: to < from ? from : to };
    },
    wants: () => true,
  };
}
