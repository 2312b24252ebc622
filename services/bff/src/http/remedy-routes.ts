import { topics } from '@plumbline/events';
import type { Route } from '@plumbline/http';
import { defineRoute, text } from '@plumbline/http';
import { routingKey } from '@plumbline/kernel';
import { z } from 'zod';
import * as limits from '../limits.ts';
import { readPolicies, readRemedies, readRemedy } from '../upstream/remedies.ts';
import { authorised } from './authorise.ts';
import type { BffEdge } from './edge.ts';
import { operator } from './edge.ts';
import { idempotencyKey, page, positionHeader } from './fields.ts';
import { policiesView, remediesPage, remedyWithHistoryView } from './remedy-views.ts';
import { say } from './say.ts';

/** What operators see of remedies, and what they say: approve, reject, stop and resume. */
export const remedyRoutes = (edge: BffEdge): readonly Route[] => [
  listRemedies(edge),
  oneRemedy(edge),
  policies(edge),
  sayRoute(edge, 'approve'),
  sayRoute(edge, 'reject'),
  switchRoute(edge, 'stop'),
  switchRoute(edge, 'resume'),
];

const remedyId = () => text(limits.alertIdCharsMax);
const rule = () => text(limits.ruleCharsMax);
const tenant = () => z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be a tenant');

const listRemedies = (edge: BffEdge): Route =>
  defineRoute({
    ...{ method: 'get', path: '/api/remedies' },
    summary: 'Lists what is done about alerts, newest first',
    authenticate: authorised(edge.access, operator),
    security: 'bearer',
    request: {
      query: z.strictObject({
        tenant: tenant().optional(),
        rule: rule().optional(),
        status: z
          .string()
          .regex(/^[A-Z_]{1,32}$/, 'must be a word in capitals')
          .optional(),
        alertId: remedyId().optional(),
        orderNo: text(limits.orderNoCharsMax).optional(),
        incidentId: remedyId().optional().describe('Of alerts that are in this incident'),
        ...page,
      }),
      headers: positionHeader(edge.partitions),
    },
    responses: { 200: { description: 'A page of remedies', schema: remediesPage } },
    handler: async ({ query, headers, context }) => {
      const reading = { context, position: headers['plumbline-position'] };
      return { status: 200, body: await readRemedies(edge.services.queries, query, reading) };
    },
  });

const oneRemedy = (edge: BffEdge): Route =>
  defineRoute({
    ...{ method: 'get', path: '/api/remedies/:remedyId' },
    summary: 'Reads a remedy with its history',
    authenticate: authorised(edge.access, operator),
    security: 'bearer',
    request: {
      params: z.strictObject({ remedyId: remedyId() }),
      headers: positionHeader(edge.partitions),
    },
    responses: {
      200: { description: 'The remedy', schema: z.object({ remedy: remedyWithHistoryView }) },
      404: { description: 'There is none' },
    },
    handler: async ({ params, headers, context }) => {
      const reading = { context, position: headers['plumbline-position'] };
      const remedy = await readRemedy(edge.services.queries, params.remedyId, reading);
      return { status: 200, body: { remedy } };
    },
  });

const policies = (edge: BffEdge): Route =>
  defineRoute({
    ...{ method: 'get', path: '/api/policies' },
    summary: 'Lists what is to be done about the alerts of each rule, and what is stopped',
    authenticate: authorised(edge.access, operator),
    security: 'bearer',
    request: {
      query: z.strictObject({ tenant: tenant().optional() }),
      headers: positionHeader(edge.partitions),
    },
    responses: { 200: { description: 'One entry a tenant and rule', schema: policiesView } },
    handler: async ({ query, headers, context }) => {
      const reading = { context, position: headers['plumbline-position'] };
      return { status: 200, body: await readPolicies(edge.services.queries, query, reading) };
    },
  });

const sayings = {
  approve: {
    type: 'ApproveRemedy',
    summary: 'Says that a remedy may start',
    description:
      'Where two persons are needed, it asks to start with the second one. What something else ' +
      'held than the want of an approval is asked for again.',
  },
  reject: {
    type: 'RejectRemedy',
    summary: 'Says that a remedy is not to start',
    description: 'One that was rejected already stays as it is.',
  },
} as const;

const body = { reason: text(limits.reasonCharsMax) };
const once = z.object({ 'idempotency-key': idempotencyKey().optional() });

const sayRoute = (edge: BffEdge, verb: keyof typeof sayings): Route => {
  const { type, summary, description } = sayings[verb];
  return defineRoute({
    ...{ method: 'post', path: `/api/remedies/:remedyId/${verb}`, summary },
    description: `${description} A repeat with the same Idempotency-Key is decided once.`,
    authenticate: authorised(edge.access, operator),
    security: 'bearer',
    request: {
      params: z.strictObject({ remedyId: remedyId() }),
      body: z.strictObject(body),
      headers: once,
    },
    responses: {
      200: {
        description: 'The remedy after it',
        schema: z.object({ remedy: remedyWithHistoryView }),
      },
      404: { description: 'There is none' },
      409: { description: 'It is being decided, has started or has ended' },
      502: { description: 'A service behind this one failed' },
    },
    handler: async ({ params, body: { reason }, headers, context }) => {
      const { queries } = edge.services;
      const known = await readRemedy(queries, params.remedyId, { context, position: undefined });
      const key = routingKey(known.tenant, known.orderNo);
      const payload = { type, data: { remedyId: params.remedyId, reason } };
      const said = { subject: params.remedyId, payload, once: headers['idempotency-key'] };
      await say(edge.remedyCommands, { key, ...said, context });
      const position = (await edge.positionOf(topics.remediesEvents.name, key)) ?? undefined;
      const remedy = await readRemedy(queries, params.remedyId, { context, position });
      return { status: 200, body: { remedy } };
    },
  });
};

const switches = {
  stop: {
    type: 'StopRemedies',
    summary: 'Lets no remedy start any more, of one rule of a tenant or of all',
    description: 'When this is answered, none does. What is stopped already stays so.',
  },
  resume: {
    type: 'ResumeRemedies',
    summary: 'Lets remedies start again',
    description: 'What was held meanwhile waits for a person.',
  },
} as const;

const switchRoute = (edge: BffEdge, verb: keyof typeof switches): Route => {
  const { type, summary, description } = switches[verb];
  return defineRoute({
    ...{ method: 'post', path: `/api/policies/${verb}`, summary },
    description: `${description} A repeat with the same Idempotency-Key is decided once.`,
    authenticate: authorised(edge.access, operator),
    security: 'bearer',
    request: {
      body: z.strictObject({
        ...body,
        tenant: tenant(),
        rule: rule().nullable().default(null).describe('null: all rules of the tenant'),
      }),
      headers: once,
    },
    responses: {
      200: { description: 'The policies of the tenant after it', schema: policiesView },
      502: { description: 'A service behind this one failed' },
    },
    handler: async ({ body: said, headers, context }) => {
      const key = routingKey(said.tenant, deskName);
      const payload = { type, data: said };
      const asked = { subject: said.tenant, payload, once: headers['idempotency-key'] };
      await say(edge.deskCommands, { key, ...asked, context });
      const position = (await edge.positionOf(topics.desksEvents.name, key)) ?? undefined;
      const query = { tenant: said.tenant };
      return {
        status: 200,
        body: await readPolicies(edge.services.queries, query, { context, position }),
      };
    },
  });
};

/** `deskKeyOf` of alert-desk (docs/formats.md). */
const deskName = 'remedies';
