import type { KeyObject } from 'node:crypto';
import { constants, createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import type { JSONWebKeySet, JWK } from 'jose';

/** A key of an issuer in a test. */
export interface TestKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function makeKey(kid: string): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return { kid, privateKey, publicKey };
}

export const jwksOf = (...keys: readonly TestKey[]): JSONWebKeySet => ({
  keys: keys.map(({ kid, publicKey }) => ({
    ...(publicKey.export({ format: 'jwk' }) as JWK),
    // Without the algorithm, which the list of the verifier must decide on.
    ...{ kid, use: 'sig' },
  })),
});

const part = (value: string | object): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A JWS in compact form; header and claims as JSON, or as text to be wrong in other ways. */
export function signedBy(
  { kid, privateKey }: TestKey,
  claims: object | string,
  header: object | string = {},
): string {
  const head = typeof header === 'string' ? header : { alg: 'RS256', kid, typ: 'JWT', ...header };
  const input = `${part(head)}.${part(claims)}`;
  const signature = createSign('RSA-SHA256').update(input).sign(privateKey);
  return `${input}.${signature.toString('base64url')}`;
}

/** A good signature of another kind with the same key (RFC 7518, section 3.5). */
export function signedWithPss({ kid, privateKey }: TestKey, claims: object): string {
  const input = `${part({ alg: 'PS256', kid, typ: 'JWT' })}.${part(claims)}`;
  const signature = createSign('RSA-SHA256')
    .update(input)
    .sign({ key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
  return `${input}.${signature.toString('base64url')}`;
}

/** Signed by what everybody knows: the public key taken for a shared secret. */
export function signedWithPublicKey({ kid, publicKey }: TestKey, claims: object): string {
  const input = `${part({ alg: 'HS256', kid, typ: 'JWT' })}.${part(claims)}`;
  const secret = publicKey.export({ format: 'pem', type: 'spki' });
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

export const unsigned = (claims: object, kid: string): string =>
  `${part({ alg: 'none', kid, typ: 'JWT' })}.${part(claims)}.`;
