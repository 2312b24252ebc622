import type {
  AlertsEvent,
  Codec,
  CommandOutcome,
  EndpointCopied,
  NotificationsEvent,
  PaymentsEvent,
} from '@plumbline/events';
import {
  catalogue,
  createCodec,
  createMemorySchemaIds,
  delayTopicName,
  delayTopicSpecs,
  topics,
} from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { settingsOf } from '../domain/endpoint/testing-commands.ts';
import type { NotificationCommand } from '../domain/notification/commands.ts';
import { levelsMs, payNo, policy, startMs } from '../domain/notification/testing-commands.ts';
import { notificationsTopology } from '../topology.ts';

const delayPrefix = 'plumbline-delay';
export const key = 'main/O-1';
export const delayTopics: readonly string[] = levelsMs.map((delayMs) =>
  delayTopicName({ prefix: delayPrefix, delayMs }),
);

const about = { payNo, orderNo: 'O-1' };
const money = { amountMinor: 10_000n, currency: 'CNY' };
const words = { eventId: 'e', eventTime: startMs, traceId: 't', version: '1.0' };

/** Events of one payment, and of alerts about it. */
export const created: PaymentsEvent = {
  type: 'PaymentCreated',
  data: {
    ...{ ...about, ...money, id: 1n, tenant: 'main', channel: 'ALIPAY' },
    ...{ expireAt: startMs, createdAt: startMs, gateway: null, merchant: null },
  },
};
export const succeeded: PaymentsEvent = {
  type: 'PaymentSucceeded',
  data: { ...words, ...about, ...money, channel: 'MOCK', channelTradeNo: 'T-1', paidAt: startMs },
};
export const failed: PaymentsEvent = {
  type: 'PaymentFailed',
  data: {
    ...{ ...words, ...about, ...money, channel: 'MOCK' },
    ...{ channelTradeNo: null, failedAt: startMs, reason: 'no funds' },
  },
};
export const closed = (reason: string): PaymentsEvent => ({
  type: 'PaymentClosed',
  data: { ...about, reason, closedAt: startMs },
});
const refundOf = (gatewayTransactionId: string | null): PaymentsEvent => ({
  type: 'RefundSucceeded',
  data: {
    ...{ ...about, refundId: 'R-1', amountMinor: 300n, currency: 'CNY' },
    ...{ gatewayRefundId: 'GR-1', gatewayTransactionId, refundedAt: startMs },
  },
});
export const refunded: PaymentsEvent = refundOf(null);
export const refundedSecond: PaymentsEvent = refundOf('G-2');
export const notRefunded: PaymentsEvent = {
  type: 'RefundFailed',
  data: { ...about, refundId: 'R-1', code: 'X', reason: 'no', failedAt: startMs },
};
const alert = { alertId: 'A-1', rule: 'PAID_NOT_CONFIRMED', tenant: 'main', orderNo: 'O-1' };
const place = { topic: 'orders.events.v1', partition: 3, offset: 7n, time: startMs };
export const raised: AlertsEvent = {
  type: 'AlertRaised',
  data: {
    ...{ ...alert, ...money, ruleVersion: 2, payNo, severity: 'CRITICAL', summary: 'paid in vain' },
    ...{ expected: 'CONFIRMED', actual: 'CREATED', deadline: null, detectedAt: startMs },
    ...{ howSeen: 'time', triggerEventId: 'e-1' },
    evidence: [{ eventId: 'e-1', type: 'PaymentSucceeded', ...place }],
  },
};
export const resolved: AlertsEvent = {
  type: 'AlertResolved',
  data: {
    ...{ ...alert, resolution: 'AUTO_RESOLVED', supersededBy: null, reason: 'it came' },
    ...{ resolvedAt: startMs, evidence: [] },
    ...{ lossMinor: null, lossCurrency: null, suppressedUntil: null },
  },
};
export const acknowledged: AlertsEvent = {
  type: 'AlertAcknowledged',
  data: { ...alert, reason: 'I look', acknowledgedAt: startMs },
};
export const investigated: AlertsEvent = {
  type: 'AlertInvestigated',
  data: { ...alert, reason: 'I dig', investigatedAt: startMs },
};
/** Without a resolution of these words the loss and the end of a suppression are not told. */
export const endedAs = (
  resolution: 'WRITTEN_OFF' | 'SUPPRESSED',
): Extract<AlertsEvent, { readonly type: 'AlertResolved' }> => ({
  type: 'AlertResolved',
  data: {
    ...{ ...alert, resolution, supersededBy: null, reason: 'so it is' },
    ...{ resolvedAt: startMs, evidence: [] },
    ...(resolution === 'SUPPRESSED'
      ? { lossMinor: null, lossCurrency: null, suppressedUntil: startMs + 1_000 }
      : { lossMinor: 990n, lossCurrency: 'CNY', suppressedUntil: null }),
  },
});
export const reopened: AlertsEvent = {
  type: 'AlertReopened',
  data: { ...alert, reason: 'not over', reopenedAt: startMs },
};
export const activated: AlertsEvent = {
  type: 'RulesActivated',
  data: { revision: 1n, rules: [], reason: 'new', activatedAt: startMs },
};

/** A codec that knows the delay topics beside the catalogue. */
export const codecOfNotifications = (): Codec => {
  const records = ['plumbline.notifications.StartAttempt'];
  const specs = delayTopicSpecs({ prefix: delayPrefix, levelsMs, records });
  const all = { ...catalogue, topics: [...catalogue.topics, ...specs] };
  return createCodec(createMemorySchemaIds(), { catalogue: all });
};

export interface NotificationsDriver extends TestDriver {
  /** An endpoint as it is now: of tenant `main`, for all events unless said otherwise. */
  copy(over?: Partial<EndpointCopied>): void;
  pay(event: PaymentsEvent, at?: string, id?: string): void;
  alert(event: AlertsEvent, at?: string): void;
  ask(command: NotificationCommand, at?: string, id?: string): CommandOutcome;
  /** What was decided since the last call. */
  events(): readonly NotificationsEvent[];
  /** Keys of all aggregates. */
  aggregates(): readonly string[];
}

export const topology = notificationsTopology({ ...policy, delayPrefix });

export async function openNotifications(): Promise<NotificationsDriver> {
  const driver = await createTestDriver(topology, { startMs, codec: codecOfNotifications() });
  return {
    ...driver,
    copy(over = {}) {
      const settings = settingsOf({ events: ['*'] });
      const who = { endpointId: 'ep-1', tenant: 'main', status: 'ACTIVE' } as const;
      const data = { ...who, settings, settingsVersion: 1, secretId: null, ...over };
      driver.pipeInput({
        ...{ topic: topics.endpointsCopies.name, key: 'main/endpoints-0' },
        payload: { type: 'EndpointCopied', data },
      });
    },
    pay(payload, at = key, id) {
      const envelope = id === undefined ? {} : { id };
      driver.pipeInput({ topic: topics.paymentsEvents.name, key: at, payload, envelope });
    },
    alert: (payload, at = key) =>
      void driver.pipeInput({ topic: topics.alertsEvents.name, key: at, payload }),
    ask(payload, at = key, id) {
      const envelope = id === undefined ? {} : { id };
      driver.pipeInput({ topic: topics.notificationsCommands.name, key: at, payload, envelope });
      const outcome = driver.readOutput(topics.notificationsOutcomes.name).at(-1);
      if (outcome === undefined) throw new Error(`${payload.type} had no outcome`);
      return outcome.payload.data as CommandOutcome;
    },
    events: () =>
      // The topic holds nothing but these.
      driver
        .readOutput(topics.notificationsEvents.name)
        .map(({ payload }) => payload as NotificationsEvent),
    aggregates: () => [...driver.store('aggregates').keys()],
  };
}
