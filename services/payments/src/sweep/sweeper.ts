import { randomUUID } from 'node:crypto';
import type { Channel, RemediesCommand } from '@plumbline/events';
import type { CommandGateway } from '@plumbline/http';
import type { Clock } from '@plumbline/kafka';
import type { Logger } from '@plumbline/observability';
import { PostgresDown } from '@plumbline/postgres';
import type { Following, StoreFollower } from '@plumbline/runtime';
import type { LingeringPayments } from '../scan/lingering-payments.ts';
import type { WaitingSweep } from './channel-sweeps.ts';
import { waitingSweepsStore } from './channel-sweeps.ts';
import { againMs, silentMs, sweepMax } from './limits.ts';

export interface SweeperOptions {
  readonly lingering: Pick<LingeringPayments, 'longest'>;
  /** To the remedies. */
  readonly commands: Pick<CommandGateway, 'execute'>;
  /** Those that are called; of others there is nobody to ask, and nothing lingers. */
  readonly channels: readonly Channel[];
  /** Without a word for so long a payment lingers. {@link silentMs} unless given. */
  readonly silentMs?: number;
  readonly clock: Clock;
  /** The wall clock, to compare with times of the log. */
  readonly wallClockMs: () => number;
  readonly logger: Logger;
}

export interface Sweeper {
  /** Takes its work from the store of the waiting sweeps. */
  readonly following: Following;
  /** Begins nothing more, and waits for what is under way. */
  close(): Promise<void>;
}

/**
 * Tells each sweep which payments linger at its channel. It asks about none of them: the remedy does,
 * with the first word that it hears, in the transaction in which it hears it. So whoever dies here has
 * done nothing, and whoever comes after may name others.
 */
export function openSweeper(options: SweeperOptions): Sweeper {
  const { clock } = options;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  async function sweep(remedyId: string, of: WaitingSweep, over: AbortSignal): Promise<void> {
    while (!over.aborted && !(await tell(options, remedyId, of))) await clock.sleep(againMs, over);
  }

  function follow(): StoreFollower {
    const taken = new Map<string, AbortController>();
    const giveUp = (): void => taken.forEach((each) => each.abort());
    return {
      changed(remedyId, value) {
        // The store holds nothing else.
        const waiting = value as WaitingSweep | undefined;
        if (waiting === undefined) {
          taken.get(remedyId)?.abort();
          taken.delete(remedyId);
          return;
        }
        if (taken.has(remedyId) || stopping.signal.aborted) return;
        const over = new AbortController();
        stopping.signal.addEventListener('abort', () => over.abort(), { signal: over.signal });
        taken.set(remedyId, over);
        const done = sweep(remedyId, waiting, over.signal).finally(() => running.delete(done));
        running.add(done);
      },
      close: giveUp,
    };
  }

  return {
    following: { store: waitingSweepsStore, open: follow },
    async close() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

/** Whether it was heard. Never rejects. */
async function tell(
  { lingering, commands, channels, logger, ...options }: SweeperOptions,
  remedyId: string,
  { key, channel, correlationId, traceparent }: WaitingSweep,
): Promise<boolean> {
  const silentSinceMs = options.wallClockMs() - (options.silentMs ?? silentMs);
  const called = channels.filter((each) => each === channel);
  try {
    const { payNos, left } =
      called.length === 0
        ? { payNos: [], left: 0 }
        : await lingering.longest({ channels: called, silentSinceMs, atMost: sweepMax });
    const payload: RemediesCommand = { type: 'RecordLingering', data: { remedyId, payNos, left } };
    const executed = await commands.execute({
      ...{ id: randomUUID(), correlationId, key, subject: remedyId, payload },
      ...{ actor: 'system:sweeper', ...(traceparent === null ? {} : { traceparent }) },
    });
    if (executed.kind === 'pending') return false;
    const { status, code } = executed.outcome;
    logger.info('a channel is swept', { channel, remedyId, lingering: payNos.length, left });
    if (status === 'REJECTED') logger.error('a sweep is refused', { channel, remedyId, code });
    return true;
  } catch (error) {
    // It says so elsewhere; the payments' own timers go on.
    if (!(error instanceof PostgresDown))
      logger.warn('what lingers at a channel could not be told', { channel, remedyId, error });
    return false;
  }
}
