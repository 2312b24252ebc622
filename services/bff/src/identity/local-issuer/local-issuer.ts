import { createPrivateKey, createPublicKey } from 'node:crypto';
import { digest, invariant } from '@plumbline/kernel';
import type { JSONWebKeySet, JWK } from 'jose';
import { calculateJwkThumbprint, SignJWT } from 'jose';
import * as limits from '../../limits.ts';
import type { Role } from '../person.ts';

/** Nobody else's: an audience that only the local stack knows. */
export const localAudience = 'plumbline-local';
export const localAlgorithm = 'ES256';

export const localIssuerName = (publicUrl: string): string => `${publicUrl}/local-issuer`;

/** Gives tokens to whoever asks, with any name and role: for the local stack alone. */
export interface LocalIssuer {
  /** Its `iss`, below which it answers. */
  readonly name: string;
  readonly jwks: JSONWebKeySet;
  tokenFor(who: { readonly user: string; readonly roles: readonly Role[] }): Promise<string>;
}

/** Throws for a key that is no EC key on P-256, in PKCS #8 as PEM. */
export async function createLocalIssuer(options: {
  readonly name: string;
  readonly privateKeyPem: string;
  readonly nowMs: () => number;
}): Promise<LocalIssuer> {
  const key = createPrivateKey(options.privateKeyPem);
  invariant(isP256(options.privateKeyPem), 'the key of the local issuer is an EC key on P-256');
  const jwk = createPublicKey(key).export({ format: 'jwk' }) as JWK;
  const kid = await calculateJwkThumbprint(jwk);
  return {
    name: options.name,
    jwks: { keys: [{ ...jwk, kid, use: 'sig', alg: localAlgorithm }] },
    tokenFor({ user, roles }) {
      const now = Math.floor(options.nowMs() / 1_000);
      // A subject is ASCII, which names need not be.
      const subject = digest('local user', user).toString('hex').slice(0, 32);
      return new SignJWT({ name: user, roles, auth_time: now })
        .setProtectedHeader({ alg: localAlgorithm, kid, typ: 'JWT' })
        .setIssuer(options.name)
        .setAudience(localAudience)
        .setSubject(subject)
        .setIssuedAt(now)
        .setExpirationTime(now + limits.localTokenSeconds)
        .sign(key);
    },
  };
}

/** Whether a text is a private key for ES256. */
export function isP256(pem: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}
