import type { RequestContext, Route, RouteResponse } from '@plumbline/http';
import { defineRoute, intNumber, ok, okSchema } from '@plumbline/http';
import { readRows } from '@plumbline/postgres';
import { z } from 'zod';
import { eventTypes } from '../../announcements/event-types.ts';
import type { EndpointView } from '../../projections/endpoint-queries.ts';
import type { NotificationsEdge } from '../edge.ts';
import { readProblems } from '../edge.ts';
import { problem } from '../error-codes.ts';
import { reason } from '../fields.ts';
import { callerOf, callersWith, tenantsName, tenantsOf } from './callers.ts';
import type { DecidedEndpoint } from './endpoint-calls.ts';
import { askEndpoint, endpointParams, findEndpoint } from './endpoint-calls.ts';
import {
  endpointAnswer,
  endpointDetailAnswer,
  endpointOut,
  endpointsAnswer,
  healthOut,
  secretAnswer,
} from './endpoint-view.ts';
import * as limits from './limits.ts';
import { newSecretId, newSecretText } from './register-endpoint.ts';
import { settingsOf, settingsRequest } from './settings-request.ts';

const path = '/api/v1/webhook-endpoints/:endpointId';
const shown = { 200: { description: 'The endpoint', schema: endpointAnswer } };
const hourMs = 3_600_000;

/** The endpoint as it was read, with what the decision made of it. */
const answerOf = (view: EndpointView, decided: DecidedEndpoint): RouteResponse => {
  const { status, settingsVersion, secretId } = decided;
  const now = decided.isNews ? { status, settingsVersion, secretId } : {};
  return { status: 200, body: ok(endpointOut({ ...view, ...now })) };
};

export const listEndpoints = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/webhook-endpoints',
    summary: 'Lists endpoints, the oldest first',
    request: { query: z.strictObject({ tenant: tenantsName().optional() }) },
    responses: { 200: { description: 'Those that were not removed', schema: endpointsAnswer } },
    authenticate: callersWith(edge, 'endpoints:read'),
    security: 'bearer',
    handler: async ({ query, context }) => {
      const tenant = tenantsOf(callerOf(context), query.tenant);
      const views = await readRows(() => edge.endpointQueries.list(tenant), readProblems);
      return { status: 200, body: ok({ endpoints: views.map(endpointOut) }) };
    },
  });

export const readEndpoint = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'get',
    path,
    summary: 'Reads an endpoint and how it does',
    description: 'Shows at least what this process answered before about it.',
    request: { params: endpointParams },
    responses: { 200: { description: 'The endpoint', schema: endpointDetailAnswer } },
    authenticate: callersWith(edge, 'endpoints:read'),
    security: 'bearer',
    handler: async ({ params: { endpointId }, context }) => {
      const view = await findEndpoint(edge, callerOf(context), endpointId);
      const { queries, endpointQueries } = edge;
      const countOf = (...statuses: readonly string[]) => queries.count({ endpointId, statuses });
      const [waiting, retryFailed, incidents] = await readRows(
        () =>
          Promise.all([
            countOf('PENDING', 'NOTIFYING', 'FAILED', 'RETRYING'),
            countOf('RETRY_FAILED'),
            endpointQueries.incidents(endpointId, limits.incidentsShown),
          ]),
        readProblems,
      );
      const health = healthOut(view, { waiting, retryFailed, incidents });
      return { status: 200, body: ok({ ...endpointOut(view), health }) };
    },
  });

export const changeEndpoint = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'put',
    path,
    summary: 'Replaces the settings of an endpoint',
    description:
      'All of them: what is not given is as for a new one. Notifications that were made before keep ' +
      'their schedule; everything else holds from the next attempt on.',
    request: {
      params: endpointParams,
      body: settingsRequest,
      bodyBytesMax: limits.settingsBytesMax,
    },
    responses: shown,
    authenticate: callersWith(edge, 'endpoints:write'),
    security: 'bearer',
    handler: async ({ params: { endpointId }, body, context }) => {
      const caller = callerOf(context);
      const view = await findEndpoint(edge, caller, endpointId);
      const { tenant } = view;
      const settings = settingsOf(edge, { caller, tenant, body });
      const data = { endpointId, tenant, settings };
      const decided = await askEndpoint(edge, context, { type: 'ChangeEndpoint', data });
      return answerOf({ ...view, settings }, decided);
    },
  });

export const pauseEndpoint = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'post',
    path: `${path}/pause`,
    summary: 'Has notifications to an endpoint wait',
    description: 'What comes meanwhile is kept, and delivered when it is resumed.',
    request: {
      params: endpointParams,
      body: z.strictObject({ reason: reason().nullable().optional() }),
    },
    responses: shown,
    authenticate: callersWith(edge, 'endpoints:write'),
    security: 'bearer',
    handler: async ({ params: { endpointId }, body, context }) => {
      const view = await findEndpoint(edge, callerOf(context), endpointId);
      const data = { endpointId, tenant: view.tenant, reason: body.reason ?? null };
      const decided = await askEndpoint(edge, context, { type: 'PauseEndpoint', data });
      return answerOf(decided.isNews ? { ...view, reason: data.reason } : view, decided);
    },
  });

export const resumeEndpoint = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'post',
    path: `${path}/resume`,
    summary: 'Has an endpoint take notifications again',
    description: 'One that was paused, or disabled because it answered 410.',
    request: { params: endpointParams },
    responses: shown,
    authenticate: callersWith(edge, 'endpoints:write'),
    security: 'bearer',
    handler: async ({ params: { endpointId }, context }) => {
      const view = await findEndpoint(edge, callerOf(context), endpointId);
      const data = { endpointId, tenant: view.tenant };
      const decided = await askEndpoint(edge, context, { type: 'ResumeEndpoint', data });
      return answerOf({ ...view, reason: null }, decided);
    },
  });

/** A repeat forgets the secrets where the first call died before it could. */
export const removeEndpoint = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'delete',
    path,
    summary: 'Removes an endpoint for good, and forgets its secrets',
    description: 'What waits for it is given up. Its notifications can still be looked at.',
    request: { params: endpointParams },
    responses: shown,
    authenticate: callersWith(edge, 'endpoints:write'),
    security: 'bearer',
    handler: async ({ params: { endpointId }, context }) => {
      const view = await findEndpoint(edge, callerOf(context), endpointId);
      const data = { endpointId, tenant: view.tenant };
      const decided = await askEndpoint(edge, context, { type: 'RemoveEndpoint', data });
      await readRows(() => edge.secrets.forget(endpointId), readProblems);
      return answerOf(view, decided);
    },
  });

/**
 * The secret into the vault, then its id into the log. Between the two both sign, so that whoever
 * dies there has broken nothing: a repeat makes another secret, and this one ends with its overlap.
 */
export const rotateSecret = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'post',
    path: `${path}/rotate-secret`,
    summary: 'Makes a new secret; the one before signs as well for some hours',
    description: 'The new one is shown this once. Whoever lost an answer rotates again.',
    request: {
      params: endpointParams,
      body: z.strictObject({
        overlapHours: intNumber({ min: 0, max: limits.overlapHours.max })
          .optional()
          .describe(`How long both sign; ${limits.overlapHours.default} unless given`),
      }),
    },
    responses: { 200: { description: 'The endpoint', schema: secretAnswer } },
    authenticate: callersWith(edge, 'endpoints:write'),
    security: 'bearer',
    handler: async ({ params: { endpointId }, body, context }) => {
      const view = await findEndpoint(edge, callerOf(context), endpointId);
      // Of one that was removed no key is made anew.
      if (view.status === 'REMOVED') throw problem('ENDPOINT_REMOVED');
      const overlapMs = (body.overlapHours ?? limits.overlapHours.default) * hourMs;
      const decided = await rotate(edge, context, { view, overlapMs });
      const { secret, ...rest } = decided;
      const { status, secretId } = rest;
      return { status: 200, body: ok({ ...endpointOut({ ...view, status, secretId }), secret }) };
    },
  });

async function rotate(
  edge: NotificationsEdge,
  context: RequestContext,
  { view, overlapMs }: { readonly view: EndpointView; readonly overlapMs: number },
) {
  const { endpointId, tenant } = view;
  const secretId = newSecretId();
  const text = newSecretText();
  const overlapUntil = view.secretId === null ? null : edge.nowMs() + overlapMs;
  await readRows(() => edge.secrets.add({ endpointId, secretId, text, overlapMs }), readProblems);
  const decided = await askEndpoint(edge, context, {
    type: 'RecordSecretRotated',
    data: { endpointId, tenant, secretId, overlapUntil },
  });
  return { ...decided, secret: text };
}

const typeSchema = z.strictObject({ type: z.string(), description: z.string() });

export const listEventTypes = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/webhook-event-types',
    summary: 'Lists the types of events that an endpoint can be told of',
    request: {},
    responses: {
      200: {
        description: 'All of them',
        schema: okSchema(z.strictObject({ types: z.array(typeSchema) })),
      },
    },
    authenticate: callersWith(edge, 'endpoints:read'),
    security: 'bearer',
    handler: () => {
      const types = Object.entries(eventTypes).map(([type, description]) => ({
        ...{ type, description },
      }));
      return { status: 200, body: ok({ types }) };
    },
  });
