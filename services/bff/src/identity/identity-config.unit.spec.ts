import { generateKeyPairSync } from 'node:crypto';
import { ConfigError, parseConfig } from '@plumbline/config';
import { expect, it } from 'vitest';
import { schema } from '../config.ts';

const pem = (curve: string): string =>
  generateKeyPairSync('ec', { namedCurve: curve })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

const local = { PLUMBLINE_LOCAL_STACK: 'true' };
const localKey = { PLUMBLINE_LOCAL_ISSUER_KEY: pem('prime256v1') };
const oidc = {
  PLUMBLINE_PUBLIC_URL: 'https://shop.example',
  PLUMBLINE_OIDC_ISSUER: 'https://issuer.example',
  PLUMBLINE_OIDC_AUDIENCE: 'shop',
  PLUMBLINE_OIDC_JWKS_URL: 'https://issuer.example/jwks.json',
};
const firebase = {
  PLUMBLINE_PUBLIC_URL: 'https://shop.example',
  PLUMBLINE_FIREBASE_PROJECT_ID: 'plumbline-shop',
};

function wrongIn(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    parseConfig(schema, env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ variable, problem }) => `${variable} ${problem}`);
  }
}

it.each([
  ['a local issuer in the local stack', { ...local, ...localKey }],
  ['an issuer with audience and keys', oidc],
  ['a Firebase project', firebase],
  ['several algorithms', { ...oidc, PLUMBLINE_OIDC_ALGORITHMS: 'RS256, ES256,EdDSA' }],
  [
    'keys in the clear within the local stack',
    { ...local, ...oidc, PLUMBLINE_OIDC_JWKS_URL: 'http://127.0.0.1:1/' },
  ],
])('%s can be configured', (_name, env) => {
  expect(wrongIn(env)).toEqual([]);
});

it.each([
  ['nobody says who somebody is', local, 'PLUMBLINE_OIDC_ISSUER is needed, with audience'],
  [
    'the local issuer is outside the local stack',
    { PLUMBLINE_PUBLIC_URL: 'https://shop.example', ...localKey },
    'PLUMBLINE_LOCAL_ISSUER_KEY is for the local stack',
  ],
  ['it stands beside Firebase', { ...local, ...localKey, ...firebase }, 'beside another issuer'],
  ['it stands beside another', { ...local, ...localKey, ...oidc }, 'beside another issuer'],
  ['two issuers are named', { ...oidc, ...firebase }, 'PLUMBLINE_OIDC_ISSUER is set beside'],
  [
    'an audience alone is named',
    { ...firebase, PLUMBLINE_FIREBASE_PROJECT_ID: '', PLUMBLINE_OIDC_AUDIENCE: 'shop' },
    'PLUMBLINE_OIDC_ISSUER is needed beside PLUMBLINE_OIDC_AUDIENCE',
  ],
  [
    'keys come in the clear',
    { ...oidc, PLUMBLINE_OIDC_JWKS_URL: 'http://issuer.example/jwks.json' },
    'PLUMBLINE_OIDC_JWKS_URL must be https',
  ],
  ['the public address is in the clear', { ...oidc, PLUMBLINE_PUBLIC_URL: '' }, 'must be https'],
  [
    'the public address has a path',
    { ...oidc, PLUMBLINE_PUBLIC_URL: 'https://shop.example/' },
    'is not scheme, host and port alone',
  ],
  ['no signature is asked for', { ...oidc, PLUMBLINE_OIDC_ALGORITHMS: 'none' }, 'names one that'],
  [
    'a shared secret signs',
    { ...oidc, PLUMBLINE_OIDC_ALGORITHMS: 'RS256,HS256' },
    'names one that',
  ],
  ['a clock may be far off', { ...oidc, PLUMBLINE_OIDC_CLOCK_SKEW_SECONDS: '301' }, 'is above 300'],
  [
    'the key of the local issuer is of another curve',
    { ...local, PLUMBLINE_LOCAL_ISSUER_KEY: pem('secp384r1') },
    'is not an EC key on P-256',
  ],
  [
    'the key of the local issuer is none',
    { ...local, PLUMBLINE_LOCAL_ISSUER_KEY: 'my secret words' },
    'is not an EC key on P-256',
  ],
])('it is refused that %s', (_name, env, words) => {
  const wrong = wrongIn(env).join('\n');
  expect(wrong).toContain(words);
  expect(wrong).not.toContain('my secret words');
  expect(wrong).not.toContain('PRIVATE KEY');
});
