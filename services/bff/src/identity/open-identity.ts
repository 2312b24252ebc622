import type { Logger } from '@plumbline/observability';
import { invariant } from '@plumbline/kernel';
import { createLocalJWKSet } from 'jose';
import type { IdentityConfig } from './identity-config.ts';
import type { Issuer } from './issuer.ts';
import { createIssuerKeys } from './issuer-keys.ts';
import type { LocalIssuer } from './local-issuer/local-issuer.ts';
import {
  createLocalIssuer,
  localAlgorithm,
  localAudience,
  localIssuerName,
} from './local-issuer/local-issuer.ts';

/** https://firebase.google.com/docs/auth/admin/verify-id-tokens, "third-party JWT library". */
const firebase = {
  issuer: 'https://securetoken.google.com/',
  jwks: 'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
  algorithms: ['RS256'],
  requiredClaims: ['auth_time'],
} as const;

export interface IdentityParts {
  readonly issuer: Issuer;
  /** `null` unless the configuration has its key. */
  readonly local: LocalIssuer | null;
}

/** The issuer that the configuration names: exactly one. */
export async function openIdentity(options: {
  readonly config: IdentityConfig;
  readonly logger: Logger;
  readonly nowMs: () => number;
}): Promise<IdentityParts> {
  const { config, logger, nowMs } = options;
  const checks = {
    clockSkewSeconds: config.PLUMBLINE_OIDC_CLOCK_SKEW_SECONDS,
    maxAgeSeconds: config.PLUMBLINE_OIDC_TOKEN_MAX_AGE_SECONDS,
    roleClaim: config.PLUMBLINE_OIDC_ROLE_CLAIM,
  };
  const privateKeyPem = config.PLUMBLINE_LOCAL_ISSUER_KEY;
  if (privateKeyPem !== undefined) {
    const name = localIssuerName(config.PLUMBLINE_PUBLIC_URL);
    const local = await createLocalIssuer({ name, privateKeyPem, nowMs });
    const issuer: Issuer = {
      ...{ ...checks, issuer: name, audience: localAudience, roleClaim: 'roles' },
      ...{ algorithms: [localAlgorithm], requiredClaims: ['auth_time'] },
      keys: createLocalJWKSet(local.jwks),
    };
    return { issuer, local };
  }
  const keysAt = (address: string) => createIssuerKeys({ url: new URL(address), logger });
  const project = config.PLUMBLINE_FIREBASE_PROJECT_ID;
  if (project !== undefined) {
    const { algorithms, requiredClaims } = firebase;
    const named = { issuer: `${firebase.issuer}${project}`, audience: project };
    const keys = keysAt(firebase.jwks);
    return { issuer: { ...checks, ...named, algorithms, requiredClaims, keys }, local: null };
  }
  const { PLUMBLINE_OIDC_ISSUER: issuer, PLUMBLINE_OIDC_AUDIENCE: audience } = config;
  const address = config.PLUMBLINE_OIDC_JWKS_URL;
  const whole = issuer !== undefined && audience !== undefined && address !== undefined;
  invariant(whole, 'the configuration names an issuer with audience and keys');
  const algorithms = config.PLUMBLINE_OIDC_ALGORITHMS;
  const keys = keysAt(address);
  return {
    issuer: { ...checks, issuer, audience, algorithms, requiredClaims: [], keys },
    local: null,
  };
}
