import { randomBytes } from 'node:crypto';
import type { EndpointSettings } from '@plumbline/events';
import type { RequestContext, Route } from '@plumbline/http';
import { defineRoute, ok } from '@plumbline/http';
import { digest } from '@plumbline/kernel';
import { readRows } from '@plumbline/postgres';
import { z } from 'zod';
import { newWebhookSecret } from '../../delivery/signature.ts';
import { endpointIdOf } from '../../domain/endpoint/endpoint-id.ts';
import type { NotificationsEdge } from '../edge.ts';
import { readProblems } from '../edge.ts';
import { problem } from '../error-codes.ts';
import { callerOf, callersWith, tenantName, tenantOf } from './callers.ts';
import { askEndpoint } from './endpoint-calls.ts';
import { endpointOut, secretAnswer } from './endpoint-view.ts';
import * as limits from './limits.ts';
import { settingsOf, settingsRequest } from './settings-request.ts';

const visible = new RegExp(`^[\\x21-\\x7e]{1,${limits.idempotencyKeyCharactersMax}}$`);

const idBytes = 12;
export const newSecretId = (): string => `es_${randomBytes(idBytes).toString('hex')}`;
export const newSecretText = (): string => newWebhookSecret(randomBytes(32));

interface Ids {
  readonly endpointId: string;
  readonly secretId: string;
}

/** Functions of the caller's key where there is one, so that a repeat means the same endpoint. */
function idsOf(tenant: string, key: string | undefined): Ids {
  const hexOf = (what: string): string =>
    key === undefined
      ? randomBytes(idBytes).toString('hex')
      : digest(what, tenant, key).subarray(0, idBytes).toString('hex');
  return {
    endpointId: endpointIdOf(tenant, hexOf('endpoint')),
    secretId: `es_${hexOf('endpoint secret')}`,
  };
}

/**
 * Three steps: the secret into the vault, the endpoint into the log, and then that it has this
 * secret. So no endpoint ever takes notifications without a secret. Where the process dies between
 * them: after the first nothing is there but a secret of nobody; after the second the endpoint signs
 * with a secret that nobody has seen. A repeat with the same Idempotency-Key finishes what was begun
 * and shows that secret; without a key, rotate-secret makes another.
 */
export const registerEndpoint = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/webhook-endpoints',
    summary: 'Registers an endpoint',
    description:
      'Answers 201 with the secret, which is shown this once. With an Idempotency-Key a repeat ' +
      'answers 200 with the same endpoint and no secret; where the first call died half-way, it ' +
      'finishes that call and shows the secret.',
    request: {
      bodyBytesMax: limits.settingsBytesMax,
      body: settingsRequest,
      query: z.strictObject({ tenant: tenantName().optional() }),
      headers: z.looseObject({
        'idempotency-key': z
          .string()
          .regex(visible, 'must be 1 to 128 visible characters')
          .optional(),
      }),
    },
    responses: {
      200: { description: 'It was registered before', schema: secretAnswer },
      201: { description: 'It is registered', schema: secretAnswer },
    },
    authenticate: callersWith(edge, 'endpoints:write'),
    security: 'bearer',
    handler: async ({ body, query, headers, context }) => {
      const caller = callerOf(context);
      const tenant = tenantOf(caller, query.tenant);
      const settings = settingsOf(edge, { caller, tenant, body });
      const key = headers['idempotency-key'];
      const ids = idsOf(tenant, key);
      const isKnown = key !== undefined && (await isComplete(edge, ids.endpointId));
      if (!isKnown) await refuseTooMany(edge, tenant);
      const asked = { ...ids, tenant, settings, isKnown };
      const { secret, ...decided } = await register(edge, context, asked);
      const endpoint = { ...decided, ...asked, reason: null, createdAtMs: null };
      const data = { ...endpointOut({ ...endpoint, secretId: decided.secretId }), secret };
      return { status: secret === null ? 200 : 201, body: ok(data) };
    },
  });

/** Whether a call with the same key has gone through; what it began and did not end is finished. */
async function isComplete(edge: NotificationsEdge, endpointId: string): Promise<boolean> {
  const view = await readRows(() => edge.endpointQueries.byId(endpointId), readProblems);
  if (view?.status === 'REMOVED') throw problem('ENDPOINT_REMOVED');
  return view !== null && view.secretId !== null;
}

/** The read model follows a moment later: calls at the same time may pass the limit by a few. */
async function refuseTooMany(edge: NotificationsEdge, tenant: string): Promise<void> {
  const all = await readRows(() => edge.endpointQueries.list(tenant), readProblems);
  if (all.length >= limits.endpointsMax) throw problem('TOO_MANY_ENDPOINTS');
}

async function register(
  edge: NotificationsEdge,
  context: RequestContext,
  of: Ids & {
    readonly tenant: string;
    readonly settings: EndpointSettings;
    readonly isKnown: boolean;
  },
) {
  const { endpointId, secretId, tenant, settings } = of;
  const { secrets } = edge;
  if (!of.isKnown) {
    const secret = { endpointId, secretId, text: newSecretText(), overlapMs: 0 };
    await readRows(() => secrets.add(secret), readProblems);
  }
  const data = { endpointId, tenant, settings };
  const registered = await askEndpoint(edge, context, { type: 'RegisterEndpoint', data });
  if (registered.secretId !== null) return { ...registered, secret: null };
  const rotated = await askEndpoint(edge, context, {
    type: 'RecordSecretRotated',
    data: { endpointId, tenant, secretId, overlapUntil: null },
  });
  if (!rotated.isNews) return { ...rotated, secret: null };
  // Of a call that died it is the one that was kept then, and not the one that was made now.
  const [text] = await readRows(() => secrets.signing(endpointId, secretId), readProblems);
  return { ...rotated, secret: text ?? null };
}
