import { defineRoute, ok, okSchema } from '@plumbline/http';
import type { Route } from '@plumbline/http';
import type { NotificationStatus, NotifiedStatus } from '@plumbline/events';
import { z } from 'zod';
import { isNotified } from '../domain/notification/state.ts';

/** Contract 2's descriptions. */
const paymentStatusWords: Readonly<Record<Exclude<NotifiedStatus, 'UNKNOWN'>, string>> = {
  PROCESSING: '支付中',
  SUCCESS: '支付成功',
  FAILED: '支付失败',
  CANCELLED: '支付取消',
  TIMEOUT: '支付超时',
  REFUNDING: '退款中',
  REFUNDED: '已退款',
};

const notificationStatusWords: Readonly<
  Record<Exclude<NotificationStatus, 'UNKNOWN'>, readonly [words: string, canRetry: boolean]>
> = {
  PENDING: ['待通知', true],
  NOTIFYING: ['通知中', false],
  SUCCESS: ['通知成功', false],
  FAILED: ['通知失败', true],
  RETRYING: ['重试中', false],
  RETRY_FAILED: ['重试失败', false],
  ABANDONED: ['已放弃', false],
};

const paymentEntry = z.strictObject({
  code: z.string(),
  description: z.string(),
  needsNotification: z.boolean(),
});

const notificationEntry = z.strictObject({
  code: z.string(),
  description: z.string(),
  canRetry: z.boolean(),
});

export const listPaymentStatuses: Route = defineRoute({
  method: 'get',
  path: '/payment-retry/api/payment/status/enum',
  summary: 'Lists the statuses of a payment, and which of them are notified',
  request: {},
  responses: { 200: { description: 'All of them', schema: okSchema(z.array(paymentEntry)) } },
  handler: () => {
    const all = Object.entries(paymentStatusWords).map(([code, description]) => ({
      ...{ code, description, needsNotification: isNotified[code as NotifiedStatus] },
    }));
    return { status: 200, body: ok(all) };
  },
});

export const listNotificationStatuses: Route = defineRoute({
  method: 'get',
  path: '/payment-retry/api/payment/notification/status/enum',
  summary: 'Lists the statuses of a notification, and which of them can be retried by hand',
  request: {},
  responses: { 200: { description: 'All of them', schema: okSchema(z.array(notificationEntry)) } },
  handler: () => {
    const all = Object.entries(notificationStatusWords).map(([code, [description, canRetry]]) => ({
      ...{ code, description, canRetry },
    }));
    return { status: 200, body: ok(all) };
  },
});
