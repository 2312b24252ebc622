import type { Route, RouteResponse } from '@plumbline/http';
import { defineRoute } from '@plumbline/http';
import { z } from 'zod';
import type { Person } from '../identity/person.ts';
import { roles } from '../identity/person.ts';
import * as limits from '../limits.ts';
import type { CookieOptions } from '../sessions/cookie.ts';
import { endedCookie, sessionCookie } from '../sessions/cookie.ts';
import { csrfTokenOf } from '../sessions/csrf.ts';
import type { Session } from '../sessions/sessions.ts';
import type { Access } from './authorise.ts';
import { authorised, callerOf, fromOwnPage, orDown, sessionOf, verified } from './authorise.ts';

export interface SessionEdge {
  readonly access: Access;
  readonly cookie: CookieOptions;
}

export const sessionRoutes = (edge: SessionEdge): readonly Route[] => [
  logIn(edge),
  readSession(edge),
  logOut(edge),
  logOutEverywhere(edge),
];

const sessionSchema = z.strictObject({
  user: z.strictObject({
    id: z.string(),
    name: z.string().nullable(),
    roles: z.array(z.enum(roles)),
  }),
  csrfToken: z
    .string()
    .nullable()
    .describe('For X-CSRF-Token of unsafe calls; null where the call came with a token of its own'),
  expiresAt: z.string().describe('RFC 3339, UTC. A session that is not used ends sooner'),
});

const shown = (user: Person, session: Session | null, expiresAtMs: number) => ({
  user: { id: user.id, name: user.name, roles: [...user.roles] },
  csrfToken: session === null ? null : csrfTokenOf(session.csrfSecret),
  expiresAt: new Date(expiresAtMs).toISOString(),
});

const logIn = ({ access, cookie }: SessionEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/api/session',
    summary: 'Logs in with an ID token',
    description:
      'Begins a session under a new id, as cookie sid, and ends the one that it came with.',
    authenticate: fromOwnPage(access),
    request: {
      body: z.strictObject({ idToken: z.string({ error: 'must be text' }) }),
      headers: z.record(z.string(), z.union([z.string(), z.array(z.string())]).optional()),
      bodyBytesMax: limits.loginBytesMax,
    },
    responses: {
      200: { description: 'The session', schema: sessionSchema },
      401: { description: 'The token is not taken' },
      403: { description: 'The call comes from another origin' },
    },
    handler: async ({ body, headers }) => {
      const { sessions, verifier } = access;
      const { person, issuer } = await verified(verifier, body.idToken);
      // An id that was there before may be known to whoever planted it.
      const before = await sessionOf(sessions, headers);
      if (before !== null) await orDown(sessions.end(before));
      const { session, id } = await orDown(sessions.begin(person, issuer));
      const maxAgeSeconds = Math.floor((session.expiresAtMs - session.createdAtMs) / 1_000);
      return {
        status: 200,
        body: shown(person, session, session.expiresAtMs),
        headers: { 'Set-Cookie': sessionCookie({ ...cookie, id, maxAgeSeconds }) },
      };
    },
  });

const readSession = ({ access }: SessionEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/session',
    summary: 'Says who is logged in, and gives a CSRF token',
    authenticate: authorised(access),
    security: 'bearer',
    request: {},
    responses: { 200: { description: 'The session', schema: sessionSchema } },
    handler: ({ context }) => {
      const { user, session, expiresAtMs } = callerOf(context);
      return { status: 200, body: shown(user, session, expiresAtMs) };
    },
  });

const ended = (cookie: CookieOptions): RouteResponse => ({
  status: 204,
  headers: { 'Set-Cookie': endedCookie(cookie) },
});

const logOut = ({ access, cookie }: SessionEdge): Route =>
  defineRoute({
    method: 'delete',
    path: '/api/session',
    summary: 'Logs out',
    authenticate: authorised(access),
    security: 'bearer',
    request: {},
    responses: { 204: { description: 'The session is over' } },
    handler: async ({ context }) => {
      const { session } = callerOf(context);
      if (session !== null) await orDown(access.sessions.end(session));
      return ended(cookie);
    },
  });

const logOutEverywhere = ({ access, cookie }: SessionEdge): Route =>
  defineRoute({
    method: 'delete',
    path: '/api/sessions',
    summary: 'Logs out everywhere',
    description: 'ID tokens that were given out stay good until they end: an hour at most.',
    authenticate: authorised(access),
    security: 'bearer',
    request: {},
    responses: { 204: { description: 'Every session of the user that had begun is over' } },
    handler: async ({ context }) => {
      await orDown(access.sessions.endAll(callerOf(context).user.id));
      return ended(cookie);
    },
  });
