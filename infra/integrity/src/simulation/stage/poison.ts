import type { Codec } from '@plumbline/events';
import { defaultDelayPrefix, delayTopicName, encodeEnvelope, topics } from '@plumbline/events';
import type { OutgoingRecord } from '@plumbline/kafka';
import type { Payload } from '@plumbline/kernel';
import { partitionOfRecordKey } from '@plumbline/kernel';
import * as limits from '../limits.ts';
import type { PlannedPoison, PoisonTarget } from '../plan/run-plan.ts';
import { keyOfStory } from './tell-story.ts';

/** What a sound record of each topic would say. None of it concerns an order of the stories. */
const payloads: Readonly<Record<PoisonTarget, Payload>> = {
  ordersCommands: { type: 'CancelOrder', data: { orderNo: 'P', reason: 'poison' } },
  paymentsCommands: {
    type: 'ClosePayment',
    data: { payNo: 'PAY-P', orderNo: 'P', reason: 'poison' },
  },
  alertsCommands: { type: 'ActivateRules', data: { rules: [], reason: 'poison' } },
  ordersEvents: { type: 'OrderCancelled', data: { orderNo: 'P', reason: 'poison' } },
  paymentsEvents: {
    type: 'PaymentProcessing',
    data: { payNo: 'PAY-P', orderNo: 'P', acceptedAt: 1 },
  },
  alertsEvents: {
    type: 'AlertResolved',
    data: {
      ...{ alertId: 'P', rule: 'A', tenant: 'main', orderNo: 'P', resolution: 'AUTO_RESOLVED' },
      ...{ supersededBy: null, reason: 'poison', resolvedAt: 1, evidence: [] },
      ...{ lossMinor: null, lossCurrency: null, suppressedUntil: null },
    },
  },
  transactionsEvents: {
    type: 'GatewayTransactionClaimed',
    data: {
      ...{ channel: 'MOCK', gatewayTransactionId: 'P', payNo: 'PAY-P', tenant: 'main' },
      ...{ orderNo: 'P', paymentEventId: 'P' },
    },
  },
  notificationsCommands: {
    type: 'AbandonNotification',
    data: { notificationId: 'P', paymentId: null, reason: 'poison' },
  },
  endpointsCommands: { type: 'RemoveEndpoint', data: { endpointId: 'P', tenant: 'main' } },
  notificationsEvents: {
    type: 'NotificationsForgotten',
    data: { notificationIds: [], forgottenAt: 1 },
  },
  endpointsEvents: {
    type: 'EndpointRecovered',
    data: { endpointId: 'P', tenant: 'main', failingSince: 1, recoveredAt: 1 },
  },
  endpointsCopies: {
    type: 'EndpointCopied',
    data: {
      ...{ endpointId: 'P', tenant: 'main', status: 'REMOVED', settingsVersion: 1, secretId: null },
      settings: {
        ...{ url: 'https://merchants.example/P', events: [], inOrder: false, description: null },
        ...{ everyTenant: false, bodyStyle: 'EVENT', bodyEncoding: 'JSON', signatureField: false },
        ...{ intervalsMs: null, templates: [], timeoutMs: limits.merchantTimeoutMs },
        ...{ concurrencyMax: null, ratePerSecond: null },
      },
    },
  },
  delays: {
    type: 'StartAttempt',
    data: { notificationId: 'P', attempt: 2, dueAt: 1, trigger: 'SCHEDULE' },
  },
  paymentsInbox: {
    type: 'CallbackRefused',
    data: {
      ...{
        payNo: null,
        callbackId: null,
        callbackStatus: null,
        rawPayload: 'enc:v1:simulated:e30',
      },
      ...{ code: 'SIGNATURE_INVALID', receivedAt: 1 },
    },
  },
};

/**
 * What stands in the way of an order says in its header that it is of this type: followers pass over
 * what is none of theirs, and all of them look at this.
 */
const typesHeard: Partial<Readonly<Record<PoisonTarget, string>>> = {
  paymentsEvents: 'PaymentSucceeded',
};

const noSchema = 987_654;

/** Where poison of a target is put. */
export const topicOfTarget = (target: PoisonTarget): string =>
  target === 'delays'
    ? delayTopicName({ prefix: defaultDelayPrefix, delayMs: limits.delayLevelsMs[0] ?? 0 })
    : topics[target].name;

/** Alerts of one id in several partitions would have no order, and no read model could agree. */
function payloadOf(target: PlannedPoison['target'], index: number): Payload {
  const payload = payloads[target];
  if (target !== 'alertsEvents') return payload;
  return { ...payload, data: { ...payload.data, alertId: `P-${index}` } };
}

/** A record that somebody wrote who should not have, or not so. */
export function poisonRecord(
  { index, kind, target, ofStory }: PlannedPoison,
  of: { readonly codec: Codec; readonly partitions: number; readonly nowMs: number },
): OutgoingRecord {
  const topic = topicOfTarget(target);
  const payload = payloadOf(target, index);
  // A valid event of an order of ours would be a forgery, which no consumer can tell.
  const isOwn = ofStory === null || kind === 'impossible' || kind === 'wrong-partition';
  const key = isOwn ? `main/poison-${index}` : keyOfStory(ofStory);
  const home = partitionOfRecordKey(key, of.partitions);
  const sound = of.codec.encode(topic, payload);
  const type = isOwn ? payload.type : (typesHeard[target] ?? payload.type);
  const envelope = encodeEnvelope({
    ...{ id: `poison-${index}`, type, source: '/plumbline/poison', subject: 'P' },
    ...{ timeMs: of.nowMs, correlationId: `poison-${index}`, causationId: null },
    ...{ actor: 'api:poison', subjectKeyId: null, traceparent: null },
    ...(target.endsWith('Events') && kind === 'impossible'
      ? { aggregateVersion: 7n, previousHash: 'f'.repeat(64) }
      : { aggregateVersion: null, previousHash: null }),
  });
  const record = { topic, partition: home, key: Buffer.from(key), value: sound, headers: envelope };
  switch (kind) {
    case 'garbage':
      return { ...record, value: Buffer.from('not avro at all') };
    case 'unknown-schema': {
      const value = Buffer.from(sound);
      value.writeUInt32BE(noSchema, 1);
      return { ...record, value };
    }
    case 'truncated':
      return { ...record, value: sound.subarray(0, 6) };
    case 'null-key':
      return { ...record, key: null };
    case 'null-value':
      return { ...record, value: null };
    case 'wrong-partition':
      return { ...record, partition: (home + 1) % of.partitions };
    case 'no-envelope':
      return { ...record, headers: { 'content-type': 'application/avro' } };
    case 'other-type':
      return { ...record, headers: { ...envelope, ce_type: 'SomethingElse' } };
    case 'impossible':
      return record;
  }
}
