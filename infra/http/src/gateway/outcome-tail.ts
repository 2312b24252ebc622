import type { Codec, CommandOutcome } from '@plumbline/events';
import { Undecodable, UnknownSchemaId } from '@plumbline/events';
import type { Log, LogRecord } from '@plumbline/kafka';
import { openTail } from '@plumbline/kafka';
import type { Logger } from '@plumbline/observability';

export interface OutcomeTailOptions {
  readonly log: Log;
  readonly codec: Codec;
  readonly logger: Logger;
  readonly topic: string;
  readonly partitions: number;
  /** Called for every outcome of every command, whoever sent it, in the order of its partition. */
  readonly onOutcome: (key: string, outcome: CommandOutcome) => void;
  /** The positions lost their meaning: outcomes may have been missed, versions may have gone back. */
  readonly onGap: () => void;
}

export interface OutcomeTail {
  /** How long there has been no answer to a fetch, ms; 0 while there is. */
  downForMs(): number;
  close(): Promise<void>;
}

/**
 * Follows the outcomes of all partitions, committed ones only, from the end on. It resolves once
 * its positions are taken: what is decided from then on is seen. After that it reconnects for ever.
 */
export async function openOutcomeTail(options: OutcomeTailOptions): Promise<OutcomeTail> {
  const { log, logger, topic, partitions, onGap } = options;
  const tail = await openTail({
    ...{ log, logger, topic, partitions },
    onRecord: (record) => take(options, record),
    onGap: () => onGap(),
  });
  tail.start();
  return { downForMs: () => tail.downForMs(), close: () => tail.close() };
}

/** Throws only what trying again can help with: then the same record is taken again. */
async function take(options: OutcomeTailOptions, record: LogRecord): Promise<void> {
  const { codec, logger, topic } = options;
  if (record.key === null || record.value === null) return;
  try {
    const unknown = codec.needs(record.value);
    if (unknown !== null) await codec.learn(unknown);
    const { type, data } = codec.decode(topic, record.value);
    // The topic holds nothing but outcomes; the catalogue ties the type to the data.
    if (type === 'CommandOutcome')
      options.onOutcome(record.key.toString('utf8'), data as CommandOutcome);
  } catch (error) {
    if (!(error instanceof Undecodable || error instanceof UnknownSchemaId)) throw error;
    const { partition, offset } = record;
    logger.error('an outcome cannot be read; its command shows as pending', {
      topic,
      partition,
      offset,
      error,
    });
  }
}
