import { atStep } from '@plumbline/observability';
import { Fenced, NotCommitted, OutcomeUnknown } from './errors.ts';
import type { Appended, OutgoingRecord, TransactionalProducer } from './log.ts';

/**
 * A transaction step by step. Internal: the port offers only `transact`, and the contract suite
 * needs transactions that stay open or are aborted.
 *
 *   ready ──send──► open ──commit | abort──► ready          any error ──► of no use any more
 */
export interface TransactionSession {
  readonly transactionalId: string;
  /** Adds the records to the open transaction, or opens one. Resolves when they are in the log. */
  send(records: readonly OutgoingRecord[]): Promise<readonly Appended[]>;
  /** {@link OutcomeUnknown} when it was sent and no clear answer came. */
  commit(): Promise<void>;
  abort(): Promise<void>;
  close(): Promise<void>;
}

/** The port's producer over a session: one transaction at a time, dead after the first error. */
export function producerOver(session: TransactionSession): TransactionalProducer {
  let state: 'ready' | 'in transaction' | 'dead' | 'closed' = 'ready';

  const transact = async (records: readonly OutgoingRecord[]): Promise<readonly Appended[]> => {
    if (state !== 'ready') {
      throw new NotCommitted(`Producer ${session.transactionalId} is ${state}: nothing was sent`);
    }
    if (records.length === 0) return [];
    state = 'in transaction';
    const { transactionalId } = session;
    atStep('transaction', transactionalId, 'begins');
    let appended: readonly Appended[];
    try {
      appended = await session.send(records);
    } catch (error) {
      state = 'dead';
      // Best effort: an abort makes way for readers now instead of after the transaction time-out.
      if (!(error instanceof Fenced)) await session.abort().catch(() => undefined);
      throw clear(error, session.transactionalId);
    }
    atStep('transaction', transactionalId, 'produced');
    try {
      await session.commit();
    } catch (error) {
      state = 'dead';
      throw error instanceof OutcomeUnknown ? error : clear(error, session.transactionalId);
    }
    state = 'ready';
    atStep('transaction', transactionalId, 'committed');
    return appended;
  };

  return {
    transactionalId: session.transactionalId,
    transact,
    close: async () => {
      state = 'closed';
      await session.close();
    },
  };
}

function clear(error: unknown, transactionalId: string): Error {
  if (error instanceof Fenced || error instanceof NotCommitted) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new NotCommitted(`Transaction of ${transactionalId}: ${reason}`, { cause: error });
}
