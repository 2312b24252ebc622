import type { EndpointSettings } from '@plumbline/events';
import { delayLevelName } from '@plumbline/events';
import { okSchema } from '@plumbline/http';
import type { Json } from '@plumbline/kernel';
import { z } from 'zod';
import type { EndpointView, IncidentView } from '../../projections/endpoint-queries.ts';

const time = () => z.string().nullable().describe('RFC 3339, UTC');

const templateSchema = z.strictObject({
  payWay: z.string().nullable(),
  contentType: z.string(),
  text: z.string(),
});

const endpointSchema = z.strictObject({
  endpointId: z.string(),
  tenant: z.string(),
  status: z.string().describe('ACTIVE, PAUSED, DISABLED (it answered 410) or REMOVED'),
  reason: z.string().nullable().describe('Why it is PAUSED or DISABLED'),
  url: z.string(),
  events: z.array(z.string()),
  description: z.string().nullable(),
  bodyStyle: z.string(),
  bodyEncoding: z.string(),
  signatureField: z.boolean(),
  inOrder: z.boolean(),
  everyTenant: z.boolean(),
  intervals: z.array(z.string()).nullable().describe("null: the platform's"),
  timeoutSeconds: z.number().nullable(),
  concurrency: z.number().nullable(),
  ratePerSecond: z.number().nullable(),
  templates: z.array(templateSchema),
  settingsVersion: z.number(),
  secretId: z.string().nullable().describe('Of the newest secret; null: rotate-secret makes one'),
  createdAt: time(),
});

const incidentSchema = z.strictObject({
  incidentId: z.string(),
  kind: z.string().describe('FAILING, EXHAUSTED, GONE or OVERDUE'),
  detail: z.string(),
  notificationId: z.string().nullable(),
  since: time(),
  openedAt: time(),
  endedAt: time(),
  endReason: z.string().nullable(),
});

export const endpointAnswer = okSchema(endpointSchema);
export const endpointsAnswer = okSchema(z.strictObject({ endpoints: z.array(endpointSchema) }));

export const secretAnswer = okSchema(
  endpointSchema.extend({
    secret: z.string().nullable().describe('whsec_…, shown this once; null for a repeat'),
  }),
);

export const endpointDetailAnswer = okSchema(
  endpointSchema.extend({
    health: z.strictObject({
      failingSince: time(),
      failingCode: z.string().nullable(),
      waiting: z.number().describe('Notifications that have not ended'),
      retryFailed: z.number().describe('Notifications whose schedule was used up'),
      incidents: z.array(incidentSchema).describe('The newest first; open ones have no endedAt'),
    }),
  }),
);

const timeOut = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString();

/** As requests write them, so that what is read can be sent back. */
const settingsOut = (settings: EndpointSettings) => ({
  ...{ url: settings.url, events: settings.events, description: settings.description },
  ...{ bodyStyle: settings.bodyStyle, bodyEncoding: settings.bodyEncoding },
  ...{ signatureField: settings.signatureField, inOrder: settings.inOrder },
  everyTenant: settings.everyTenant,
  intervals: settings.intervalsMs?.map(delayLevelName) ?? null,
  timeoutSeconds: settings.timeoutMs === null ? null : settings.timeoutMs / 1_000,
  ...{ concurrency: settings.concurrencyMax, ratePerSecond: settings.ratePerSecond },
  templates: settings.templates.map(({ payWay, contentType, text }) => ({
    ...{ payWay, contentType, text },
  })),
});

export type ShownEndpoint = Pick<
  EndpointView,
  'endpointId' | 'tenant' | 'status' | 'settings' | 'settingsVersion' | 'secretId' | 'reason'
> & { readonly createdAtMs: number | null };

export const endpointOut = (view: ShownEndpoint) => ({
  ...{ endpointId: view.endpointId, tenant: view.tenant, status: view.status },
  reason: view.reason,
  ...settingsOut(view.settings),
  ...{ settingsVersion: view.settingsVersion, secretId: view.secretId },
  createdAt: timeOut(view.createdAtMs),
});

export const healthOut = (
  view: EndpointView,
  of: {
    readonly waiting: number;
    readonly retryFailed: number;
    readonly incidents: readonly IncidentView[];
  },
) => ({
  ...{ failingSince: timeOut(view.failingSinceMs), failingCode: view.failingCode },
  ...{ waiting: of.waiting, retryFailed: of.retryFailed },
  incidents: of.incidents.map((each) => ({
    ...{ incidentId: each.incidentId, kind: each.kind, detail: each.detail },
    ...{ notificationId: each.notificationId, since: timeOut(each.sinceMs) },
    ...{ openedAt: timeOut(each.openedAtMs), endedAt: timeOut(each.endedAtMs) },
    endReason: each.endReason,
  })),
});

/** What the decider answers; it leaves out most of the settings. */
const answered = z.object({
  status: z.enum(['ACTIVE', 'PAUSED', 'DISABLED', 'REMOVED']),
  settingsVersion: z.number(),
  secretId: z.string().nullable(),
});
export type AnsweredEndpoint = z.output<typeof answered>;

export const endpointOfAnswer = (answer: Json): AnsweredEndpoint => answered.parse(answer);
