import { encodeEnvelope } from '@plumbline/events';
import { partitionOfRecordKey } from '@plumbline/kernel';
import type { Payload } from '@plumbline/kernel';
import type { MemorySession } from './memory-session.ts';
import { createMemorySession } from './memory-session.ts';

export interface EventOptions {
  readonly key: string;
  /** The key unless given. */
  readonly subject?: string;
  readonly actor?: string;
  /** The next of its key on its topic unless given. */
  readonly version?: bigint;
}

/** A log whose clock the test sets, and on which it writes what tasks would have. */
export interface EventWriter {
  readonly session: MemorySession;
  /** A millisecond passes, then it is written; gives where and when. */
  write(topic: string, payload: Payload, options: EventOptions): Promise<WrittenEvent>;
  pass(ms: number): void;
}

export interface WrittenEvent {
  readonly partition: number;
  readonly offset: bigint;
  readonly timeMs: number;
  /** The time as a moment is told. */
  readonly time: string;
  /** `topic-partition@offset` */
  readonly place: string;
}

const partitions = 4;

export function createEventWriter(): EventWriter {
  const clock = { ms: Date.UTC(2026, 0, 5), nowMs: () => clock.ms };
  const session = createMemorySession({ clock });
  const { memory, memoryCodec: codec } = session;
  const versions = new Map<string, bigint>();
  let written = 0;
  return {
    session,
    pass: (ms) => {
      clock.ms += ms;
    },
    async write(topic, payload, { key, subject = key, actor = 'system:test', ...options }) {
      await codec.prepare([topic]);
      clock.ms += 1;
      written += 1;
      const next = (versions.get(`${topic} ${key}`) ?? 0n) + 1n;
      versions.set(`${topic} ${key}`, next);
      const partition = partitionOfRecordKey(key, partitions);
      memory.appendRaw({
        ...{ topic, partition, key: Buffer.from(key), value: codec.encode(topic, payload) },
        headers: encodeEnvelope({
          ...{ id: `e${written}`, type: payload.type, source: '/test', subject, actor },
          ...{ timeMs: clock.ms, correlationId: `e${written}`, causationId: null },
          ...{ subjectKeyId: null, traceparent: null },
          ...{ aggregateVersion: options.version ?? next, previousHash: 'a'.repeat(64) },
        }),
      });
      const { lastStableOffset } = await memory.ends({ topic, partition });
      const offset = lastStableOffset - 1n;
      const time = new Date(clock.ms).toISOString();
      return {
        partition,
        offset,
        timeMs: clock.ms,
        time,
        place: `${topic}-${partition}@${offset}`,
      };
    },
  };
}
