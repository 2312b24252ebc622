import { okSchema } from '@plumbline/http';
import { z } from 'zod';
import { BodyTooLarge } from '../../delivery/template.ts';
import { bodyOf, contentOf } from '../../delivery/prepare.ts';
import { flatBody } from '../../delivery/body.ts';
import type { AttemptView, NotificationView } from '../../projections/notification-queries.ts';
import type { EndpointView } from '../../projections/endpoint-queries.ts';
import type { NotificationsEdge } from '../edge.ts';
import { attemptOut, detailAnswer, recordAnswer, recordOut } from '../notification-view.ts';
import * as limits from './limits.ts';

const nullableNumber = () => z.number().nullable();

const requestSchema = z.strictObject({
  url: z.string().nullable(),
  headers: z.record(z.string(), z.string()).describe('The signature is masked'),
  body: z.string().nullable().describe('The first 16 KiB; null where none can be made'),
  bodyTruncated: z.boolean(),
});

const { shape: recordShape } = recordAnswer.shape.data;
const { element: shortAttempt } = detailAnswer.shape.data.shape.attempts;

const attemptSchema = shortAttempt.extend({
  reason: z.string().nullable().describe('Of whoever asked for it'),
  retryAfterMs: nullableNumber().describe('How long the endpoint asked to wait'),
  requestBytes: nullableNumber(),
  timing: z
    .strictObject({
      dnsMs: nullableNumber(),
      connectMs: nullableNumber(),
      firstByteMs: nullableNumber(),
      totalMs: nullableNumber(),
    })
    .describe('null: there was none, as of a look-up for a connection that was open'),
  response: z
    .string()
    .nullable()
    .describe('Beginning of the answer, masked; null: none, or erased'),
  responseTruncated: z.boolean().nullable(),
});

export const notificationAnswer = okSchema(
  z.strictObject({
    ...recordShape,
    tenant: z.string(),
    lastCode: z.string().nullable().describe('Why the last attempt failed'),
    endedAt: z.string().nullable(),
    request: requestSchema.describe('As an attempt would be made now'),
    attempts: z.array(attemptSchema),
  }),
);

/** What the log says, as a request is made of it. */
const toldBy = (view: NotificationView) =>
  contentOf({
    ...{ notificationId: view.notificationId, endpointId: view.endpointId },
    ...{ callbackUrl: view.callbackUrl, sequence: view.sequence },
    content: {
      ...{ type: view.type, sourceEventId: null, tenant: view.tenant, orderNo: view.orderNo },
      ...{ paymentId: view.paymentId, refundId: view.refundId, amountMinor: view.amountMinor },
      // Only for its text: whatever status the row has is written as it is.
      ...{ currency: view.currency, status: view.status as 'UNKNOWN', data: view.data },
      ...{ paymentMethod: view.paymentMethod, transactionId: view.transactionId },
      occurredAt: view.occurredAtMs,
    },
  });

/** The request of an attempt, without what only the endpoint and we know. */
export function requestOf(view: NotificationView, endpoint: EndpointView | null) {
  const id = { 'webhook-id': view.notificationId, 'webhook-timestamp': '<time of the attempt>' };
  const masked = { ...id, 'webhook-signature': 'v1,***', 'user-agent': 'plumbline' };
  const url = endpoint?.settings.url ?? view.callbackUrl;
  try {
    const made = madeBody(view, endpoint);
    const bytes = Buffer.from(made.text, 'utf8');
    const bodyTruncated = bytes.length > limits.shownBytesMax;
    const body = bodyTruncated ? bytes.toString('utf8', 0, limits.shownBytesMax) : made.text;
    return { url, headers: { 'content-type': made.contentType, ...masked }, body, bodyTruncated };
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error;
    return { url, headers: masked, body: null, bodyTruncated: false };
  }
}

function madeBody(view: NotificationView, endpoint: EndpointView | null) {
  const content = toldBy(view);
  // Without a secret a field `signature` is left out.
  if (endpoint !== null) return bodyOf(content, endpoint.settings, null);
  return { contentType: 'application/json', text: flatBody(content, { format: 'JSON' }) };
}

async function attemptDetail(edge: NotificationsEdge, view: AttemptView) {
  const { response } = view;
  return {
    ...attemptOut(view),
    ...{ reason: view.reason, retryAfterMs: view.retryAfterMs, requestBytes: view.requestBytes },
    timing: {
      ...{ dnsMs: view.dnsMs, connectMs: view.connectMs, firstByteMs: view.firstByteMs },
      totalMs: view.durationMs,
    },
    response: response === null ? null : await edge.keyRing.decrypt(response),
    responseTruncated: view.responseTruncated,
  };
}

const timeOut = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString();

export async function detailOf(
  edge: NotificationsEdge,
  of: {
    readonly view: NotificationView;
    readonly endpoint: EndpointView | null;
    readonly attempts: readonly AttemptView[];
  },
) {
  const { view, endpoint, attempts } = of;
  return {
    ...recordOut(view),
    ...{ tenant: view.tenant, lastCode: view.lastCode, endedAt: timeOut(view.endedAtMs) },
    request: requestOf(view, endpoint),
    attempts: await Promise.all(attempts.map((each) => attemptDetail(edge, each))),
  };
}
