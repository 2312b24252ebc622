import type { LogReader, OutgoingRecord, TransactionalProducer } from '@plumbline/kafka';
import type { SimLog } from '@plumbline/runtime/simulation';

type OpenReader = SimLog['openReader'];

/** The same log with other readers. */
export const withReaders = (
  log: SimLog,
  open: (options: Parameters<OpenReader>[0], openReader: OpenReader) => Promise<LogReader>,
): SimLog => ({ ...log, openReader: (options) => open(options, (other) => log.openReader(other)) });

/** The same log with other transactional producers. */
export const withProducers = (
  log: SimLog,
  open: (transactionalId: string) => Promise<TransactionalProducer>,
): SimLog => ({
  ...log,
  openTransactionalProducer: ({ transactionalId }) => open(transactionalId),
});

/** The same log, where transactions write something else than they were given. */
export const withTransactions = (
  log: SimLog,
  change: (records: readonly OutgoingRecord[]) => readonly OutgoingRecord[],
): SimLog =>
  withProducers(log, async (transactionalId) => {
    const producer = await log.openTransactionalProducer({ transactionalId });
    return {
      transactionalId,
      transact: (records) => producer.transact(change(records)),
      close: () => producer.close(),
    };
  });

/** A reader whose answers are changed on their way. */
export function changedReader(
  reader: LogReader,
  change: (fetched: Awaited<ReturnType<LogReader['fetch']>>[number]) => typeof fetched,
): LogReader {
  return {
    position: (of) => reader.position(of),
    stampMs: () => reader.stampMs(),
    seek: (to) => {
      reader.seek(to);
    },
    close: () => reader.close(),
    fetch: async (options, only) => (await reader.fetch(options, only)).map(change),
  };
}

export const isOf = (topic: string, kind: string): boolean => topic.includes(kind);
export const typeOf = ({ headers }: OutgoingRecord): string => headers['ce_type']?.toString() ?? '';
