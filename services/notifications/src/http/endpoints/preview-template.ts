import type { Route } from '@plumbline/http';
import { defineRoute, intNumber, ok, okSchema, text } from '@plumbline/http';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { NotificationContent } from '../../delivery/body.ts';
import { BodyTooLarge, renderTemplate } from '../../delivery/template.ts';
import { checkTemplate } from '../../delivery/template-check.ts';
import { formatOfType } from '../../delivery/template-format.ts';
import type { NotificationsEdge } from '../edge.ts';
import { paymentStatus } from '../fields.ts';
import { callersWith } from './callers.ts';
import * as limits from './limits.ts';
import { contentType, templateText } from './settings-request.ts';

const orNull = () => text(64).nullable().optional();

const sample = z.strictObject({
  type: text(64).optional(),
  paymentId: text(64).optional(),
  orderNo: text(64).optional(),
  amount: text(20).optional(),
  currency: orNull(),
  status: paymentStatus().optional(),
  paymentMethod: orNull(),
  transactionId: orNull(),
  refundId: orNull(),
  sequence: intNumber({ min: 0, max: Number.MAX_SAFE_INTEGER }).optional(),
});

/** What a template is tried with where the caller does not say. */
const madeUp = (edge: NotificationsEdge): NotificationContent => ({
  ...{ notificationId: randomUUID(), type: 'payment.succeeded', status: 'SUCCESS' },
  ...{ paymentId: 'PAY-SAMPLE', orderNo: 'ORDER-SAMPLE', amount: '100.00', currency: 'CNY' },
  ...{ paymentMethod: 'MOCK', transactionId: 'T-SAMPLE', refundId: null, sequence: 1 },
  ...{ occurredAtMs: edge.nowMs(), tenant: edge.tenant, dataJson: null },
});

const problemSchema = z.strictObject({ code: z.string(), line: z.number(), message: z.string() });

const previewAnswer = okSchema(
  z.strictObject({
    rendered: z.string().nullable().describe('null where there are problems'),
    problems: z.array(problemSchema).describe('All of them, each with its line'),
  }),
);

export const previewTemplate = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/webhook-templates/preview',
    summary: 'Tries a template out',
    description: 'Says what keeps it from being used, or what it makes of a sample.',
    request: {
      bodyBytesMax: limits.settingsBytesMax,
      body: z.strictObject({
        text: templateText(),
        contentType: contentType(),
        sample: sample.optional().describe('Fields to put in; the others are made up'),
      }),
    },
    responses: { 200: { description: 'What it makes', schema: previewAnswer } },
    authenticate: callersWith(edge, 'endpoints:read'),
    security: 'bearer',
    handler: ({ body }) => {
      const format = formatOfType(body.contentType);
      const problems = checkTemplate(body.text, { format });
      if (problems.length > 0) return { status: 200, body: ok({ rendered: null, problems }) };
      const given = Object.entries(body.sample ?? {}).filter(([, value]) => value !== undefined);
      const content: NotificationContent = { ...madeUp(edge), ...Object.fromEntries(given) };
      try {
        const rendered = renderTemplate(body.text, content, { format });
        return { status: 200, body: ok({ rendered, problems: [] }) };
      } catch (error) {
        if (!(error instanceof BodyTooLarge)) throw error;
        const problem = { code: 'TOO_LARGE', line: 1, message: error.message };
        return { status: 200, body: ok({ rendered: null, problems: [problem] }) };
      }
    },
  });
