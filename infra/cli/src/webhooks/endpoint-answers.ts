import { z } from 'zod';

/** What is shown of an endpoint; the rest goes through `--json` as it came. */
export const endpointShape = z.looseObject({
  endpointId: z.string(),
  tenant: z.string(),
  status: z.string(),
  reason: z.string().nullable(),
  url: z.string(),
  events: z.array(z.string()),
  description: z.string().nullable(),
});
export type ShownEndpoint = z.output<typeof endpointShape>;

export const withSecret = endpointShape.extend({ secret: z.string().nullable() });

export const endpointList = z.object({ endpoints: z.array(endpointShape) });

/** As a request writes the settings: what a change begins with. */
export const settingsShape = z.object({
  ...{ url: z.string(), events: z.array(z.string()), description: z.string().nullable() },
  ...{ bodyStyle: z.string(), bodyEncoding: z.string(), signatureField: z.boolean() },
  ...{ inOrder: z.boolean(), everyTenant: z.boolean(), intervals: z.array(z.string()).nullable() },
  ...{ timeoutSeconds: z.number().nullable(), concurrency: z.number().nullable() },
  ratePerSecond: z.number().nullable(),
  templates: z.array(
    z.object({ payWay: z.string().nullable(), contentType: z.string(), text: z.string() }),
  ),
});
export type Settings = z.output<typeof settingsShape>;

const incident = z.object({
  ...{ kind: z.string(), detail: z.string(), openedAt: z.string().nullable() },
  endedAt: z.string().nullable(),
});

export const endpointDetail = endpointShape.extend({
  ...settingsShape.shape,
  ...{ secretId: z.string().nullable(), settingsVersion: z.number() },
  health: z.object({
    ...{ failingSince: z.string().nullable(), failingCode: z.string().nullable() },
    ...{ waiting: z.number(), retryFailed: z.number(), incidents: z.array(incident) },
  }),
});
export type EndpointDetail = z.output<typeof endpointDetail>;

export const notificationShape = z.looseObject({
  notificationId: z.string(),
  type: z.string(),
  orderNo: z.string(),
  paymentId: z.string().nullable(),
  notificationStatus: z.string(),
  endpointId: z.string().nullable(),
  callbackUrl: z.string().nullable(),
  attemptCount: z.number(),
  maxAttempts: z.number(),
  nextRetryAt: z.string().nullable(),
  reason: z.string().nullable(),
  createdAt: z.string().nullable(),
});
export type ShownNotification = z.output<typeof notificationShape>;

export const notificationPage = z.object({
  notifications: z.array(notificationShape),
  nextCursor: z.string().nullable(),
});

const attemptShape = z.looseObject({
  attempt: z.number(),
  trigger: z.string().nullable(),
  startedAt: z.string().nullable(),
  outcome: z.string().nullable(),
  httpStatus: z.number().nullable(),
  code: z.string().nullable(),
  message: z.string().nullable(),
  durationMs: z.number().nullable(),
  response: z.string().nullable(),
});
export type ShownAttempt = z.output<typeof attemptShape>;

export const notificationDetail = notificationShape.extend({
  request: z.looseObject({
    url: z.string().nullable(),
    headers: z.record(z.string(), z.string()),
    body: z.string().nullable(),
  }),
  attempts: z.array(attemptShape),
});
export type NotificationDetail = z.output<typeof notificationDetail>;

/** `200 in 12 ms`, `HTTP_500: … in 3 ms`. */
export function attemptText(attempt: ShownAttempt): string {
  const { outcome, httpStatus, code, message, durationMs } = attempt;
  if (outcome === null) return 'under way';
  const what = code === null ? String(httpStatus ?? '') : code;
  const why = message === null ? '' : `: ${message}`;
  return `${outcome} ${what}${why}${durationMs === null ? '' : ` in ${durationMs} ms`}`;
}
