import type { Codec, Envelope } from '@plumbline/events';
import { decodeEnvelope, Undecodable, UnknownSchemaId } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import type { Payload } from '@plumbline/kernel';
import type { Logger } from '@plumbline/observability';
import { isoTime } from '../http/fields.ts';

/** A step in the life of an alert, as subscribers are told of it. */
export interface ToldAlert {
  readonly type: string;
  readonly rule: string;
  readonly tenant: string;
  /** Of what raises an alert; `null` for what says no severity. */
  readonly severity: string | null;
  /** Made once for all subscribers: an entry of a timeline. */
  readonly json: string;
}

/** Which steps a subscriber is told of; `null` stands for all. */
export interface AlertFilter {
  readonly tenant: string | null;
  readonly rules: ReadonlySet<string> | null;
  readonly types: ReadonlySet<string> | null;
  /** A step that says no severity passes: what became of an alert is told to whoever was told of it. */
  readonly severities: ReadonlySet<string> | null;
}

export const passes = (filter: AlertFilter, told: ToldAlert): boolean =>
  (filter.tenant === null || filter.tenant === told.tenant) &&
  (filter.rules?.has(told.rule) ?? true) &&
  (filter.types?.has(told.type) ?? true) &&
  (told.severity === null || (filter.severities?.has(told.severity) ?? true));

/**
 * What a record of the alerts tells; `null` for what is about no alert, and for what cannot be read.
 * Rejects only what trying again can help with.
 */
export const readToldAlert =
  ({ codec, logger }: { readonly codec: Codec; readonly logger: Logger }) =>
  async (record: LogRecord): Promise<ToldAlert | null> => {
    const { topic, partition, offset, value, headers } = record;
    try {
      const unknown = codec.needs(value);
      if (unknown !== null) await codec.learn(unknown);
      return toldOf(record, codec.decode(topic, value), decodeEnvelope(headers));
    } catch (error) {
      if (!(error instanceof Undecodable || error instanceof UnknownSchemaId)) throw error;
      logger.error('an alert cannot be read; nobody is told', { topic, partition, offset, error });
      return null;
    }
  };

function toldOf(record: LogRecord, payload: Payload, envelope: Envelope): ToldAlert | null {
  // The catalogue ties the topic to its events; those about an alert name it, its rule and tenant.
  const data = payload.data as Readonly<Record<string, unknown>>;
  const { alertId, rule, tenant, severity } = data;
  if (typeof alertId !== 'string' || typeof rule !== 'string' || typeof tenant !== 'string')
    return null;
  const { topic, partition, offset, timestampMs } = record;
  const told = {
    ...{ topic, partition, offset, appendedAt: isoTime(timestampMs) },
    ...{ time: isoTime(envelope.timeMs), eventId: envelope.id, type: payload.type },
    ...{ subject: envelope.subject, source: envelope.source, actor: envelope.actor },
    ...{ correlationId: envelope.correlationId, causationId: envelope.causationId },
    ...{ version: envelope.aggregateVersion, data },
  };
  return {
    ...{ type: payload.type, rule, tenant },
    severity: typeof severity === 'string' ? severity : null,
    json: JSON.stringify(told, digitsAsText),
  };
}

/** Amounts and sequence numbers are beyond what JSON's readers keep. */
const digitsAsText = (_name: string, value: unknown): unknown =>
  typeof value === 'bigint' ? value.toString() : value;
