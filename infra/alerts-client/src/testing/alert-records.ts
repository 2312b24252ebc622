import type { AlertsEvent, Codec } from '@plumbline/events';
import { createCodec, createMemorySchemaIds, encodeEnvelope, topics } from '@plumbline/events';
import type { OutgoingRecord } from '@plumbline/kafka';

export const { name: topic } = topics.alertsEvents;

export async function createAlertsCodec(): Promise<Codec> {
  const codec = createCodec(createMemorySchemaIds());
  await codec.prepare([topic]);
  return codec;
}

const about = (alertId: string) => ({ alertId, rule: 'A', tenant: 'main', orderNo: 'O-1' });

export const raised = (alertId: string): AlertsEvent => ({
  type: 'AlertRaised',
  data: {
    ...{ ...about(alertId), ruleVersion: 1, payNo: null, severity: 'CRITICAL', deadline: null },
    ...{ summary: 'paid, 订单 is not', expected: 'PAID', actual: 'INIT', detectedAt: 1_000 },
    ...{ amountMinor: 9_007_199_254_740_993n, currency: 'CNY', howSeen: 'by an event' },
    triggerEventId: 'e1',
    evidence: [
      { eventId: 'e1', type: 'PaymentSucceeded', topic: 'payments.events.v1', partition: 1 },
    ].map((each) => ({ ...each, offset: 2n ** 62n, time: 900 })),
  },
});

export const acknowledged = (alertId: string): AlertsEvent => ({
  type: 'AlertAcknowledged',
  data: { ...about(alertId), reason: 'I look', acknowledgedAt: 2_000 },
});

export const activated: AlertsEvent = {
  type: 'RulesActivated',
  data: { revision: 1n, rules: [], reason: 'because', activatedAt: 1 },
};

/** As the alert task writes it; the event's id is `id`. */
export const recordOf = (
  codec: Codec,
  event: AlertsEvent,
  { id, partition = 0 }: { readonly id: string; readonly partition?: number },
): OutgoingRecord => ({
  ...{ topic, partition, key: Buffer.from('main/O-1'), value: codec.encode(topic, event) },
  headers: encodeEnvelope({
    ...{ id, type: event.type, source: '/plumbline/consistency-alerts', timeMs: 5, subject: id },
    ...{ correlationId: 'c', causationId: null, actor: 'system:consistency-alerts' },
    ...{ aggregateVersion: 1n, previousHash: '0'.repeat(64), subjectKeyId: null },
    traceparent: null,
  }),
});

/** An entry of the stream, as the queries service tells it. */
export const entryOf = (event: AlertsEvent, id: string): string =>
  JSON.stringify(
    {
      ...{ topic, partition: 0, offset: '7', appendedAt: '1970-01-01T00:00:00.006Z' },
      ...{ time: '1970-01-01T00:00:00.005Z', eventId: id, type: event.type, subject: id },
      ...{ source: '/plumbline/consistency-alerts', actor: 'system:consistency-alerts' },
      ...{ correlationId: 'c', causationId: null, version: '1', data: event.data },
    },
    (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
  );
