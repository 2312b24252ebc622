import type { Log, LogRecord } from '@plumbline/kafka';
import { partitions } from '../limits.ts';

/** An event as a committed reader saw it. */
export interface SeenEvent {
  readonly type: string;
  readonly id: string;
  /** Of its key: that behind the tenant. */
  readonly orderNo: string;
  readonly subject: string;
  /** Broker time, epoch ms. */
  readonly appendedMs: number;
  /** When it could be read, epoch ms of this machine's clock. */
  readonly seenMs: number;
  /** `topic:partition:offset`. */
  readonly place: string;
  /** A view into what was fetched: copy what is kept. */
  readonly value: Buffer | null;
}

export interface EventWatch {
  close(): Promise<void>;
}

/** Reads topics from where they end now, committed records only. Nothing is decoded. */
export async function watchEvents(options: {
  readonly log: Log;
  readonly topics: readonly string[];
  readonly onEvent: (event: SeenEvent) => void;
}): Promise<EventWatch> {
  const { log, onEvent } = options;
  const places = options.topics.flatMap((topic) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic, partition })),
  );
  const from = await Promise.all(
    places.map(async (at) => ({ ...at, offset: (await log.ends(at)).lastStableOffset })),
  );
  const reader = await log.openReader({ from, isolation: 'read_committed' });
  const closing = new AbortController();
  const running = (async () => {
    while (!closing.signal.aborted)
      for (const { records } of await reader.fetch({ maxWaitMs: 200 })) {
        const seenMs = Date.now();
        for (const record of records) onEvent(eventOf(record, seenMs));
      }
  })();
  return {
    async close() {
      closing.abort();
      await running;
      await reader.close();
    },
  };
}

function eventOf(record: LogRecord, seenMs: number): SeenEvent {
  const { topic, partition, offset, key, value, headers, timestampMs } = record;
  const name = key?.toString() ?? '';
  return {
    type: headers['ce_type']?.toString() ?? '',
    id: headers['ce_id']?.toString() ?? '',
    orderNo: name.slice(name.indexOf('/') + 1),
    subject: headers['ce_subject']?.toString() ?? '',
    ...{ appendedMs: timestampMs, seenMs },
    place: `${topic}:${partition}:${offset}`,
    value,
  };
}
