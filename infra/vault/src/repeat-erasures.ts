import type { Codec, SubjectErased } from '@plumbline/events';
import { topics, Undecodable, UnknownSchemaId } from '@plumbline/events';
import type { Log, LogRecord } from '@plumbline/kafka';
import { openTail } from '@plumbline/kafka';
import type { Logger } from '@plumbline/observability';
import { erasedKeysOf } from './erasures.ts';
import type { ErasedKey, KeyRing } from './key-ring.ts';
import * as limits from './limits.ts';

const topic = topics.erasuresEvents.name;

export interface RepeatedErasures {
  close(): Promise<void>;
}

/**
 * Keeps erased what was erased: follows the erasures in the log from the first one on, and asks the
 * vault again and again whether it has one of their keys. It has after it was restored from a
 * backup; then the key is erased once more, whether or not processes went on meanwhile.
 *
 * Errors, at first only: UnknownTopic.
 */
export async function repeatErasures(options: {
  readonly log: Pick<Log, 'ends' | 'openReader'>;
  readonly codec: Codec;
  readonly logger: Logger;
  readonly partitions: number;
  readonly keyRing: Pick<KeyRing, 'eraseAgain'>;
  /** Every 20 s if unset. */
  readonly everyMs?: number;
}): Promise<RepeatedErasures> {
  const { logger, keyRing } = options;
  const known = new Map<string, ErasedKey>();
  let working: Promise<void> | null = null;

  async function look(): Promise<void> {
    const { keyIds } = await keyRing.eraseAgain([...known.values()]);
    if (keyIds.length > 0)
      logger.warn('keys that the log says are erased were there, and are erased again', { keyIds });
  }

  function round(): void {
    // While Postgres is away nobody reads a key either; the next round asks again.
    working ??= look()
      .catch((error: unknown) => logger.debug('erasures cannot be repeated now', { error }))
      .finally(() => {
        working = null;
      });
  }

  async function take(record: LogRecord): Promise<void> {
    const erased = await readErasure(options.codec, record);
    if (erased === null) logger.warn('an erasure cannot be read', { offset: record.offset });
    else for (const key of erasedKeysOf(erased)) remember(known, key);
  }

  const tail = await openTail({
    ...{ log: options.log, logger, topic, partitions: options.partitions, onRecord: take },
    back: limits.wholeTopic,
    onGap: () => logger.warn('the log of erasures has another beginning', { topic }),
  });
  tail.start();
  const timer = setInterval(round, options.everyMs ?? limits.forgetEveryMs);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await tail.close();
      await working;
    },
  };
}

function remember(known: Map<string, ErasedKey>, key: ErasedKey): void {
  known.delete(key.keyId);
  known.set(key.keyId, key);
  if (known.size <= limits.erasedKeysHeldMax) return;
  for (const oldest of known.keys()) {
    known.delete(oldest);
    return;
  }
}

/** `null` for a record that nobody can read. Errors: SchemasUnavailable. */
export async function readErasure(codec: Codec, record: LogRecord): Promise<SubjectErased | null> {
  try {
    const schemaId = codec.needs(record.value);
    if (schemaId !== null) await codec.learn(schemaId);
    return codec.decode(topic, record.value).data as SubjectErased;
  } catch (error) {
    if (error instanceof Undecodable || error instanceof UnknownSchemaId) return null;
    throw error;
  }
}
