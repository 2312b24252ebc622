import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { AlertsEvent, NotificationContent, NotifiedStatus } from '@plumbline/events';
import { derivedUuid, payNo, routingKey, slotOfRecordKey, unreachable } from '@plumbline/kernel';
import type { ToldPayment } from '../../announcements/content.ts';
import { contentOfAlert, contentOfPayment } from '../../announcements/content.ts';
import type { EventType } from '../../announcements/event-types.ts';
import { eventBody } from '../../delivery/body.ts';
import { contentOf } from '../../delivery/prepare.ts';
import { testEventType } from '../../announcements/event-types.ts';

/** What a trial is to say; the rest is made up. */
export interface Trial {
  readonly type: EventType;
  readonly tenant: string;
  readonly orderNo: string;
  readonly paymentId: string | undefined;
  readonly transactionId: string | undefined;
  readonly paymentMethod: string | undefined;
  readonly status: NotifiedStatus | undefined;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** Wall clock, epoch ms. */
  readonly nowMs: number;
}

/** Numbers of orders that nobody placed begin so. */
export const trialOrderNo = (): string => `TEST-${randomBytes(6).toString('hex')}`;

type Made =
  | { readonly of: 'payment'; readonly event: ToldPayment }
  | { readonly of: 'alert'; readonly event: AlertsEvent };

/**
 * A notification as a real event of the type makes it: the event is made up, and goes the way that
 * all events go. No event of the log stands behind it.
 */
export function trialContent(trial: Trial): NotificationContent {
  const { tenant, orderNo, nowMs: atMs, amountMinor, currency } = trial;
  const key = routingKey(tenant, orderNo);
  const random = randomInt(1e9);
  const number = trial.paymentId ?? payNo({ atMs, slot: slotOfRecordKey(key), random });
  const made = madeUp(trial, number);
  const fact = { eventId: randomUUID(), key, atMs };
  const known = { payNo: number, amountMinor, currency, channel: 'MOCK' } as const;
  const content =
    made.of === 'payment'
      ? contentOfPayment({ ...fact, event: made.event }, known)
      : contentOfAlert({ ...fact, event: made.event });
  if (content === null) throw new Error(`nothing is told of ${trial.type}`);
  return {
    ...content,
    sourceEventId: null,
    ...(trial.status === undefined ? {} : { status: trial.status }),
    ...(trial.paymentMethod === undefined || content.data !== null
      ? {}
      : { paymentMethod: trial.paymentMethod }),
  };
}

function madeUp(trial: Trial, number: string): Made {
  const { type, tenant, orderNo, amountMinor, currency, nowMs: at } = trial;
  const money = { amountMinor, currency, channel: 'MOCK' } as const;
  const payment = { payNo: number, orderNo };
  const traced = { eventId: randomUUID(), eventTime: at, traceId: randomUUID(), version: '1.0' };
  const transactionId = trial.transactionId ?? `TEST${randomBytes(8).toString('hex')}`;
  const refundId = randomUUID();
  const alert = { alertId: randomUUID(), rule: 'A', tenant, orderNo };
  const evidence = [{ eventId: randomUUID(), type: 'PaymentSucceeded', ...nowhere, time: at }];
  const reason = 'a trial';
  switch (type) {
    case 'payment.succeeded': {
      const data = { ...traced, ...payment, ...money, channelTradeNo: transactionId, paidAt: at };
      return { of: 'payment', event: { type: 'PaymentSucceeded', data } };
    }
    case 'payment.failed': {
      const data = { ...traced, ...payment, ...money, channelTradeNo: transactionId };
      return {
        of: 'payment',
        event: { type: 'PaymentFailed', data: { ...data, failedAt: at, reason } },
      };
    }
    case 'payment.closed': {
      const data = { ...payment, reason: 'TIMED_OUT', closedAt: at };
      return { of: 'payment', event: { type: 'PaymentClosed', data } };
    }
    case 'refund.succeeded': {
      const data = { ...payment, refundId, amountMinor, currency, gatewayRefundId: transactionId };
      return {
        of: 'payment',
        event: {
          type: 'RefundSucceeded',
          data: { ...data, gatewayTransactionId: null, refundedAt: at },
        },
      };
    }
    case 'refund.failed': {
      const data = { ...payment, refundId, code: 'REFUSED', reason, failedAt: at };
      return { of: 'payment', event: { type: 'RefundFailed', data } };
    }
    case 'alert.raised': {
      const said = { summary: 'a trial: paid, and the order was cancelled', howSeen: 'trial' };
      const seen = { expected: 'PAID', actual: 'CANCELLED', deadline: null, detectedAt: at };
      const data = { ...alert, ruleVersion: 1, payNo: number, ...said, ...seen, evidence };
      const rest = { severity: 'WARNING', amountMinor, currency, triggerEventId: alert.alertId };
      return {
        of: 'alert',
        event: { type: 'AlertRaised', data: { ...data, ...rest, severity: 'WARNING' } },
      };
    }
    case 'alert.resolved': {
      const end = { lossMinor: null, lossCurrency: null, suppressedUntil: null };
      const data = { ...alert, ...end, supersededBy: null, reason, resolvedAt: at, evidence };
      return {
        of: 'alert',
        event: { type: 'AlertResolved', data: { ...data, resolution: 'RESOLVED' } },
      };
    }
    case 'alert.acknowledged': {
      const data = { ...alert, reason, acknowledgedAt: at };
      return { of: 'alert', event: { type: 'AlertAcknowledged', data } };
    }
    case 'alert.investigated': {
      const data = { ...alert, reason, investigatedAt: at };
      return { of: 'alert', event: { type: 'AlertInvestigated', data } };
    }
    case 'alert.reopened': {
      const data = { ...alert, reason, reopenedAt: at };
      return { of: 'alert', event: { type: 'AlertReopened', data } };
    }
    default:
      return unreachable(type);
  }
}

/** A place in the log that evidence of a trial does not have; nobody is told of it. */
const nowhere = { topic: '', partition: 0, offset: 0n };

/** What `POST …/test` sends. */
export const testContent = (of: {
  readonly tenant: string;
  readonly endpointId: string;
  readonly nowMs: number;
}): NotificationContent => ({
  ...{ type: testEventType, sourceEventId: null, tenant: of.tenant, orderNo: of.endpointId },
  ...{ paymentId: null, refundId: null, amountMinor: null, currency: null, status: 'UNKNOWN' },
  ...{ paymentMethod: null, transactionId: null, occurredAt: of.nowMs },
  data: JSON.stringify({ endpointId: of.endpointId, message: 'a test of this endpoint' }),
});

/** A delivery that no notification stands behind, for whoever sends one by hand. */
export interface TrialDelivery {
  /** `webhook-id` */
  readonly notificationId: string;
  readonly contentType: string;
  readonly body: string;
}

/** What an endpoint with ordinary settings would be sent of a trial. */
export function trialDelivery(trial: Trial, sequence: bigint): TrialDelivery {
  const content = trialContent(trial);
  const slot = slotOfRecordKey(routingKey(trial.tenant, trial.orderNo));
  const notificationId = derivedUuid(slot, 'notification', 'trial', randomUUID());
  const told = { notificationId, endpointId: null, callbackUrl: null, content, sequence };
  return { notificationId, contentType: 'application/json', body: eventBody(contentOf(told)) };
}
