import { randomUUID } from 'node:crypto';
import type { CallbackRefused, Codec } from '@plumbline/events';
import { encodeEnvelope, topics } from '@plumbline/events';
import type { RequestContext } from '@plumbline/http';
import type { Log } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import type { Logger } from '@plumbline/observability';

const topic = topics.paymentsInbox.name;

/** Writes down the callbacks that the edge refuses. */
export interface RefusedCallbacks {
  /** Never rejects: a refusal stands whether or not its evidence could be kept. */
  record(refused: CallbackRefused, context: RequestContext): Promise<void>;
  close(): Promise<void>;
}

export async function openRefusedCallbacks(options: {
  readonly log: Log;
  readonly codec: Codec;
  readonly logger: Logger;
  readonly partitions: number;
}): Promise<RefusedCallbacks> {
  const { log, codec, logger, partitions } = options;
  await codec.prepare([topic]);
  const producer = await log.openEdgeProducer();
  return {
    async record(refused, context) {
      const key = refused.payNo ?? 'unreadable';
      try {
        await producer.send({
          topic,
          partition: partitionOfRecordKey(key, partitions),
          key: Buffer.from(key, 'utf8'),
          value: codec.encode(topic, { type: 'CallbackRefused', data: refused }),
          headers: encodeEnvelope({
            id: randomUUID(),
            type: 'CallbackRefused',
            source: '/plumbline/payments-edge',
            subject: key,
            timeMs: refused.receivedAt,
            correlationId: context.correlationId,
            causationId: null,
            // Nothing in it is verified, the sender least of all.
            actor: context.actor,
            aggregateVersion: null,
            previousHash: null,
            subjectKeyId: null,
            traceparent: context.traceparent,
          }),
        });
      } catch (error) {
        logger.warn('a refused callback could not be kept', { code: refused.code, error });
      }
    },
    close: () => producer.close(),
  };
}
