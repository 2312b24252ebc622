import type { Route, RouteResponse } from '@plumbline/http';
import { defineRoute, intNumber } from '@plumbline/http';
import { readRows } from '@plumbline/postgres';
import { z } from 'zod';
import { clientIdCharactersMax } from '../../auth/limits.ts';
import { aidsMax } from '../../domain/monitors/limits.ts';
import { monitorErrors } from '../error-codes.ts';
import { id, idText, name, reason } from '../fields.ts';
import {
  clientOut,
  clientSchema,
  clientsSchema,
  registeredSchema,
  rotatedSchema,
  timeOut,
} from './client-view.ts';
import type { ClientsEdge } from './edge.ts';
import { askClient, findClient, readProblems } from './edge.ts';
import { issueKey, keepGrant, refuseRevoked } from './keep-keys.ts';
import * as limits from './limits.ts';

/** Monitor clients and their keys, for operators. */
export const clientRoutes = (edge: ClientsEdge): readonly Route[] => [
  registerClient(edge),
  listClients(edge),
  changeClient(edge),
  rotateKey(edge),
  revokeClient(edge),
];

const path = '/api/monitor/clients/:pid/:clientId';
const shown = { 200: { description: 'The client', schema: clientSchema } };

const clientForm = new RegExp(`^[A-Za-z0-9_-]{1,${clientIdCharactersMax}}$`);
const clientMessage = "must be the merchant's own id, or begin with mc_";

const ownForm = new RegExp(`^mc_[A-Za-z0-9_-]{1,${clientIdCharactersMax - 3}}$`);

/** In a body only those that are not the merchant itself are named. */
const clientId = () => z.string('must be text').regex(ownForm, 'must begin with mc_');

const aids = () =>
  z.array(id(), 'must be a list of ids').max(aidsMax, `must be ${aidsMax} at most`);

const clientParams = z.strictObject({
  pid: idText(),
  clientId: z.string().regex(clientForm, clientMessage),
});

/** The client as it stands, with the keys that the vault has. */
async function answerOf(
  edge: ClientsEdge,
  of: { readonly pid: string; readonly clientId: string },
): Promise<RouteResponse> {
  const view = await findClient(edge, of);
  const keys = await readRows(() => edge.monitorKeys.keysOf([of.clientId]), readProblems);
  return { status: 200, body: clientOut(view, keys.get(of.clientId) ?? []) };
}

/**
 * The client into the log, what it may do into the vault, then its key. A repeat finishes what was
 * begun: a client that has no key in the vault gets one.
 */
const registerClient = (edge: ClientsEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/api/monitor/clients',
    summary: 'Registers a monitor client, and makes its key',
    description:
      'Answers 201 with secret and token, which are shown this once; who lost them rotates. ' +
      'Without clientId it is the merchant itself; others are named mc_…. The same again answers ' +
      '200 without them; with other parameters it is refused.',
    request: {
      body: z.strictObject({
        ...{ pid: id(), clientId: clientId().optional(), name: name(), aids: aids().optional() },
      }),
    },
    responses: {
      200: { description: 'It was registered before', schema: registeredSchema },
      201: { description: 'It is registered', schema: registeredSchema },
    },
    authenticate: edge.callers,
    errorBody: monitorErrors,
    handler: async ({ body, context }) => {
      const { pid } = body;
      const who = { pid, clientId: body.clientId ?? pid };
      await refuseRevoked(edge, who.clientId);
      const data = { tenant: edge.tenant, ...who, name: body.name, aids: body.aids ?? [] };
      const decided = await askClient(edge, context, { type: 'RegisterMonitorClient', data });
      await keepGrant(edge, decided);
      const kept = await readRows(() => edge.monitorKeys.keysOf([who.clientId]), readProblems);
      const [newest] = kept.get(who.clientId) ?? [];
      if (newest !== undefined) {
        const { keyId } = newest;
        const repeated = { clientId: who.clientId, keyId, secret: null, token: null };
        return { status: 200, body: repeated };
      }
      // Two calls at once make two keys: both were shown, so both are good for a while.
      const overlapMs = limits.overlapSeconds.default * 1_000;
      const { keyId, secret, token } = await issueKey(edge, context, { ...who, overlapMs });
      return { status: 201, body: { clientId: who.clientId, keyId, secret, token } };
    },
  });

const listClients = (edge: ClientsEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/monitor/clients',
    summary: 'Lists monitor clients, by merchant, with the ids of their keys',
    request: { query: z.strictObject({ pid: idText().optional() }) },
    responses: { 200: { description: 'Those that were revoked too', schema: clientsSchema } },
    authenticate: edge.callers,
    errorBody: monitorErrors,
    handler: async ({ query }) => {
      const of = { tenant: edge.tenant, pid: query.pid ?? null };
      const views = await readRows(() => edge.clientQueries.list(of), readProblems);
      const ids = views.map((view) => view.clientId);
      const keys = await readRows(() => edge.monitorKeys.keysOf(ids), readProblems);
      const clients = views.map((view) => clientOut(view, keys.get(view.clientId) ?? []));
      return { status: 200, body: { clients } };
    },
  });

/** The log first: what was decided there stands, and a repeat brings it to the vault. */
const changeClient = (edge: ClientsEdge): Route =>
  defineRoute({
    method: 'put',
    path,
    summary: 'Replaces name and accounts of a monitor client',
    description: 'Holds after 10 s at most, in every process.',
    request: {
      params: clientParams,
      body: z.strictObject({ name: name(), aids: aids().describe('None: all of the merchant') }),
    },
    responses: shown,
    authenticate: edge.callers,
    errorBody: monitorErrors,
    handler: async ({ params, body, context }) => {
      const data = { tenant: edge.tenant, ...params, ...body };
      const decided = await askClient(edge, context, { type: 'ChangeMonitorClient', data });
      await keepGrant(edge, decided);
      return answerOf(edge, params);
    },
  });

const rotateKey = (edge: ClientsEdge): Route =>
  defineRoute({
    method: 'post',
    path: `${path}/rotate`,
    summary: 'Makes another key; those before it are good as well for a while',
    description:
      'Secret and token are shown this once; whoever lost an answer rotates again. The token is ' +
      'good at once, the secret in other processes than this one after 10 s at most.',
    request: {
      params: clientParams,
      body: z.strictObject({
        overlapSeconds: intNumber({ min: 0, max: limits.overlapSeconds.max })
          .optional()
          .describe(`How long; ${limits.overlapSeconds.default} unless given, 0 for not at all`),
      }),
    },
    responses: { 200: { description: 'The new key', schema: rotatedSchema } },
    authenticate: edge.callers,
    errorBody: monitorErrors,
    handler: async ({ params, body, context }) => {
      await refuseRevoked(edge, params.clientId);
      const overlapMs = (body.overlapSeconds ?? limits.overlapSeconds.default) * 1_000;
      const issued = await issueKey(edge, context, { ...params, overlapMs });
      const { keyId, secret, token, overlapUntilMs } = issued;
      const overlapUntil = overlapUntilMs === null ? null : timeOut(overlapUntilMs);
      return { status: 200, body: { keyId, secret, token, overlapUntil } };
    },
  });

/**
 * The vault first: whoever asks wants it to end at once, whatever becomes of the log. Where that
 * was all, the client is refused, and a repeat tells the log. Then again, for a registration that
 * was under way.
 */
const revokeClient = (edge: ClientsEdge): Route =>
  defineRoute({
    method: 'post',
    path: `${path}/revoke`,
    summary: 'Ends all that a monitor client may do, for good',
    description: 'Holds after 10 s at most, in every process.',
    request: { params: clientParams, body: z.strictObject({ reason: reason() }) },
    responses: shown,
    authenticate: edge.callers,
    errorBody: monitorErrors,
    handler: async ({ params, body, context }) => {
      const { pid, clientId: revoked, aids: of, version } = await findClient(edge, params);
      await keepGrant(edge, { pid, clientId: revoked, aids: [...of], version, status: 'REVOKED' });
      const data = { tenant: edge.tenant, ...params, ...body };
      const decided = await askClient(edge, context, { type: 'RevokeMonitorClient', data });
      await keepGrant(edge, decided);
      return answerOf(edge, params);
    },
  });
