import type { Route } from '@plumbline/http';
import { defineRoute, text } from '@plumbline/http';
import { z } from 'zod';
import * as limits from '../../limits.ts';
import { roles } from '../person.ts';
import type { LocalIssuer } from './local-issuer.ts';
import { localAlgorithm } from './local-issuer.ts';

/** As an issuer out in the world answers, beside the one call that gives a token to anybody. */
export const localIssuerRoutes = (issuer: LocalIssuer): readonly Route[] => [
  discovery(issuer),
  keys(issuer),
  token(issuer),
];

/** OpenID Connect Discovery 1.0, section 4. */
const discovery = ({ name }: LocalIssuer): Route =>
  defineRoute({
    method: 'get',
    path: '/local-issuer/.well-known/openid-configuration',
    summary: 'Describes the local issuer',
    request: {},
    responses: {
      200: {
        description: 'Where its keys are',
        schema: z.strictObject({
          issuer: z.string(),
          jwks_uri: z.string(),
          token_endpoint: z.string(),
          id_token_signing_alg_values_supported: z.array(z.string()),
          subject_types_supported: z.array(z.string()),
          response_types_supported: z.array(z.string()),
        }),
      },
    },
    handler: () => ({
      status: 200,
      body: {
        issuer: name,
        jwks_uri: `${name}/jwks.json`,
        token_endpoint: `${name}/token`,
        id_token_signing_alg_values_supported: [localAlgorithm],
        subject_types_supported: ['public'],
        response_types_supported: ['id_token'],
      },
    }),
  });

const keys = ({ jwks }: LocalIssuer): Route =>
  defineRoute({
    method: 'get',
    path: '/local-issuer/jwks.json',
    summary: 'Gives the public keys of the local issuer',
    request: {},
    responses: {
      200: {
        description: 'A set of keys (RFC 7517)',
        schema: z.strictObject({ keys: z.array(z.record(z.string(), z.unknown())) }),
      },
    },
    handler: () => ({ status: 200, body: jwks }),
  });

const token = (issuer: LocalIssuer): Route =>
  defineRoute({
    method: 'post',
    path: '/local-issuer/token',
    summary: 'Gives an ID token to whoever asks, in the local stack only',
    request: {
      body: z.strictObject({
        user: text(limits.localUserCharsMax),
        roles: z.array(z.enum(roles)).max(roles.length).optional(),
      }),
    },
    responses: {
      200: { description: 'Good for an hour', schema: z.strictObject({ idToken: z.string() }) },
    },
    handler: async ({ body }) => ({
      status: 200,
      body: { idToken: await issuer.tokenFor({ user: body.user, roles: body.roles ?? [] }) },
    }),
  });
