import type { AlertsEvent, Codec } from '@plumbline/events';
import { createCodec, createMemorySchemaIds, encodeEnvelope, topics } from '@plumbline/events';
import type { OutgoingRecord } from '@plumbline/kafka';

const { name: topic } = topics.alertsEvents;

export async function createAlertsCodec(): Promise<Codec> {
  const codec = createCodec(createMemorySchemaIds());
  await codec.prepare([topic]);
  return codec;
}

export interface MadeAlert {
  readonly id: string;
  readonly partition?: number;
  readonly tenant?: string;
  readonly rule?: string;
  readonly severity?: 'INFO' | 'WARNING' | 'CRITICAL';
  readonly summary?: string;
}

/** An alert that is raised, as the alert task writes it; its event has the alert's id. */
export function raisedAlert(codec: Codec, made: MadeAlert): OutgoingRecord {
  const { id, tenant = 'main', rule = 'A', severity = 'WARNING', summary = 'wrong' } = made;
  return recordOf(codec, made, {
    type: 'AlertRaised',
    data: {
      ...{ alertId: id, rule, ruleVersion: 1, tenant, orderNo: `O-${id}`, payNo: null, severity },
      ...{ summary, expected: 'PAID', actual: 'INIT', deadline: null, detectedAt: 1 },
      ...{ amountMinor: 9_007_199_254_740_993n, currency: 'CNY', howSeen: 'by an event' },
      ...{ triggerEventId: 'event', evidence: [] },
    },
  });
}

/** Somebody looks after an alert. */
export function acknowledgedAlert(codec: Codec, made: MadeAlert): OutgoingRecord {
  const { id, tenant = 'main', rule = 'A' } = made;
  const data = { alertId: id, rule, tenant, orderNo: `O-${id}`, reason: 'I look' };
  const event = { type: 'AlertAcknowledged', data: { ...data, acknowledgedAt: 2 } } as const;
  return recordOf(codec, made, event);
}

/** What stands in the topic and is about no alert. */
export const activatedRules = (codec: Codec, partition: number): OutgoingRecord =>
  recordOf(
    codec,
    { id: 'rules', partition },
    {
      type: 'RulesActivated',
      data: { revision: 1n, rules: [], reason: 'because', activatedAt: 1 },
    },
  );

function recordOf(
  codec: Codec,
  { id, partition = 0, tenant = 'main' }: MadeAlert,
  event: AlertsEvent,
): OutgoingRecord {
  return {
    ...{ topic, partition, key: Buffer.from(`${tenant}/O-${id}`) },
    value: codec.encode(topic, event),
    headers: encodeEnvelope({
      ...{ id: event.type === 'AlertRaised' ? id : `${id}-${event.type}`, type: event.type },
      ...{ source: '/plumbline/consistency-alerts', timeMs: 1, subject: id },
      ...{ correlationId: 'c', causationId: null, actor: 'system:consistency-alerts' },
      ...{
        aggregateVersion: 1n,
        previousHash: '0'.repeat(64),
        subjectKeyId: null,
        traceparent: null,
      },
    }),
  };
}
