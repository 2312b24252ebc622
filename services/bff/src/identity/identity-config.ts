import { secretText, urlText, wholeNumber } from '@plumbline/config';
import { z } from 'zod';
import { isP256 } from './local-issuer/local-issuer.ts';

/** Signatures with a key of the issuer's own: `none` and those with a shared secret cannot be named. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA'],
] as const;

/** Who may say who somebody is. */
export const identityConfig = {
  PLUMBLINE_OIDC_ISSUER: z
    .string()
    .min(1)
    .max(2_048)
    .optional()
    .describe('Issuer whose ID tokens are taken, exactly as in their iss'),
  PLUMBLINE_OIDC_AUDIENCE: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe("Audience that ID tokens must have: this application's id at the issuer"),
  PLUMBLINE_OIDC_JWKS_URL: urlText(['https:', 'http:'])
    .optional()
    .describe("Address of the issuer's public keys; https outside the local stack"),
  PLUMBLINE_OIDC_ALGORITHMS: z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(
      z.array(z.enum(algorithms, { error: `names one that is none of ${algorithms.join(', ')}` })),
    )
    .default(['RS256'])
    .describe('Signature algorithms of ID tokens that are taken, separated by commas'),
  PLUMBLINE_OIDC_CLOCK_SKEW_SECONDS: wholeNumber({ min: 0, max: 300 })
    .default(30)
    .describe('Seconds by which the clocks of issuer and platform may differ'),
  PLUMBLINE_OIDC_TOKEN_MAX_AGE_SECONDS: wholeNumber({ min: 60, max: 86_400 })
    .default(3_600)
    .describe('Seconds after its issue for which an ID token is taken, if it does not end sooner'),
  PLUMBLINE_OIDC_ROLE_CLAIM: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'is not the name of a claim')
    .default('roles')
    .describe('Claim with the roles of a person, an array of text: operator, approver'),
  PLUMBLINE_FIREBASE_PROJECT_ID: z
    .string()
    .regex(/^[a-z][a-z0-9-]{4,29}$/, 'is not the id of a Firebase project')
    .optional()
    .describe('Firebase project whose users log in: sets issuer, audience and keys at once'),
  PLUMBLINE_LOCAL_ISSUER_KEY: secretText()
    .refine(isP256, { error: 'is not an EC key on P-256 in PKCS #8 as PEM' })
    .optional()
    .describe(
      'Private key of the local issuer, which gives tokens to anybody: in the local stack only, ' +
        'and the same for all processes',
    ),
};

type IdentityShape = typeof identityConfig;

export type IdentityConfig = z.output<z.ZodObject<IdentityShape>> & {
  readonly PLUMBLINE_LOCAL_STACK: boolean;
  readonly PLUMBLINE_PUBLIC_URL: string;
};

/** One thing that is wrong about several variables together. */
interface Wrong {
  readonly name: keyof IdentityShape;
  readonly message: string;
}

/** Exactly one issuer, and each whole; the local one in the local stack only. */
export function wrongAboutIdentity(config: Partial<IdentityConfig>): readonly Wrong[] {
  const own = ['PLUMBLINE_OIDC_ISSUER', 'PLUMBLINE_OIDC_AUDIENCE', 'PLUMBLINE_OIDC_JWKS_URL'];
  const ofOidc = own as readonly (keyof IdentityShape)[];
  const set = ofOidc.filter((name) => config[name] !== undefined);
  const firebase = config.PLUMBLINE_FIREBASE_PROJECT_ID !== undefined;
  const local = config.PLUMBLINE_LOCAL_ISSUER_KEY !== undefined;
  const wrong: Wrong[] = [];
  const first = set[0];
  if (first === undefined && !firebase && !local) {
    const message =
      'is needed, with audience and keys, unless PLUMBLINE_FIREBASE_PROJECT_ID or, in the local ' +
      'stack, PLUMBLINE_LOCAL_ISSUER_KEY is set';
    wrong.push({ name: 'PLUMBLINE_OIDC_ISSUER', message });
  }
  if (first !== undefined && (firebase || local)) {
    wrong.push({ name: first, message: 'is set beside another issuer' });
  } else if (firebase && local) {
    wrong.push({ name: 'PLUMBLINE_LOCAL_ISSUER_KEY', message: 'is set beside another issuer' });
  } else if (first !== undefined) {
    const missing = ofOidc.filter((name) => config[name] === undefined);
    wrong.push(...missing.map((name) => ({ name, message: `is needed beside ${first}` })));
  }
  if (local && config.PLUMBLINE_LOCAL_STACK !== true) {
    const message = 'is for the local stack, and PLUMBLINE_LOCAL_STACK is not true';
    wrong.push({ name: 'PLUMBLINE_LOCAL_ISSUER_KEY', message });
  }
  const keysInTheClear = config.PLUMBLINE_OIDC_JWKS_URL?.startsWith('http:') === true;
  if (keysInTheClear && config.PLUMBLINE_LOCAL_STACK !== true) {
    wrong.push({ name: 'PLUMBLINE_OIDC_JWKS_URL', message: 'must be https' });
  }
  return wrong;
}
