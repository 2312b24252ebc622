import { createMetrics, silentLogger } from '@plumbline/observability';
import fc from 'fast-check';
import { createLocalJWKSet } from 'jose';
import { describe, expect, it } from 'vitest';
import * as limits from '../limits.ts';
import {
  jwksOf,
  makeKey,
  signedBy,
  signedWithPss,
  signedWithPublicKey,
  unsigned,
} from '../testing/tokens.ts';
import type { Issuer } from './issuer.ts';
import { TokenRefused } from './issuer.ts';
import { personIdOf } from './person.ts';
import { createTokenVerifier } from './verify-token.ts';

const nowMs = Date.UTC(2026, 0, 1, 12);
const now = nowMs / 1_000;
const skew = 30;
const maxAge = 3_600;

const key = makeKey('current');
const stranger = makeKey('current');
const unknown = makeKey('unknown');

const issuer: Issuer = {
  ...{ issuer: 'https://issuer.example', audience: 'shop', algorithms: ['RS256'] },
  ...{ clockSkewSeconds: skew, maxAgeSeconds: maxAge, roleClaim: 'roles' },
  requiredClaims: ['auth_time'],
  keys: createLocalJWKSet(jwksOf(key)),
};
const metrics = createMetrics({ service: 'test', processMetrics: false });
const { verify } = createTokenVerifier({
  ...{ issuer, logger: silentLogger, metrics, nowMs: () => nowMs },
});

const claims = {
  ...{ iss: issuer.issuer, aud: issuer.audience, sub: 'somebody', name: 'Some Body' },
  ...{ iat: now - 10, exp: now + 600, auth_time: now - 20, roles: ['operator'] },
};
const withClaims = (changes: object) => signedBy(key, { ...claims, ...changes });
const withHeader = (changes: object) => signedBy(key, claims, changes);
const good = signedBy(key, claims);
const [head = '', body = '', signature = ''] = good.split('.');
const twice = JSON.stringify(claims).replace('"sub"', '"sub":"admin","sub"');
const infinite = JSON.stringify(claims).replace(/"exp":\d+/, '"exp":1e999');

/** By the check that each must fail at, so that no check hides behind another. */
const wrong: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  malformed: {
    'nothing at all': '',
    garbage: 'not a token',
    'two dots only': '..',
    'two parts': `${head}.${body}`,
    'four parts': `${good}.${signature}`,
    'no signature': `${head}.${body}.`,
    'alg none': unsigned(claims, key.kid),
    'a claim that stands twice': signedBy(key, twice),
    'a header that stands twice': signedBy(
      key,
      claims,
      `{"alg":"none","alg":"RS256","kid":"${key.kid}"}`,
    ),
  },
  err_jwt_invalid: {
    'a part that is no JSON': signedBy(key, 'claims'),
    'claims that are a list': signedBy(key, '[1]'),
  },
  header_form: {
    'a header that is no object': signedBy(key, claims, '"RS256"'),
  },
  err_jws_signature_verification_failed: {
    'a signature of another token': `${head}.${body}.${withClaims({ sub: 'x' }).split('.')[2] ?? ''}`,
    'claims exchanged': `${head}.${withClaims({ sub: 'x' }).split('.')[1] ?? ''}.${signature}`,
    "another key under a known key's id": signedBy(stranger, claims),
  },
  err_jose_alg_not_allowed: {
    'alg none with a signature': withHeader({ alg: 'none' }),
    'alg None in other letters': withHeader({ alg: 'nOnE' }),
    'HS256 with the public key as secret': signedWithPublicKey(key, claims),
    'a good signature by an algorithm that is not on the list': signedWithPss(key, claims),
  },
  err_jws_invalid: {
    'no algorithm': withHeader({ alg: undefined }),
  },
  err_jwks_no_matching_key: {
    'an unknown key': signedBy(unknown, claims),
    'its own key inside': signedBy(unknown, claims, { jwk: jwksOf(unknown).keys[0] }),
  },
  header_kid: {
    'no key id': withHeader({ kid: undefined }),
    'an empty key id': withHeader({ kid: '' }),
    'a key id that is a number': withHeader({ kid: 7 }),
    'a huge key id': withHeader({ kid: 'k'.repeat(limits.keyIdCharsMax + 1) }),
  },
  header_crit: {
    'a critical extension': withHeader({ crit: ['exp'], exp: now }),
    'an unknown critical extension': withHeader({ crit: ['http://example.com/x'] }),
    'an unencoded payload': withHeader({ b64: false, crit: ['b64'] }),
  },
  header_cty: {
    'a token inside': signedBy(key, good, { cty: 'JWT' }),
  },
  header_typ: {
    'an access token': withHeader({ typ: 'at+jwt' }),
    'a log-out token': withHeader({ typ: 'logout+jwt' }),
    'a type that is a number': withHeader({ typ: 1 }),
  },
  err_jwt_claim_validation_failed: {
    'another audience': withClaims({ aud: 'other' }),
    'other audiences': withClaims({ aud: ['other', 'third'] }),
    'no audience': withClaims({ aud: undefined }),
    'an audience that is a number': withClaims({ aud: 5 }),
    'an audience with a space': withClaims({ aud: 'shop ' }),
    'another issuer': withClaims({ iss: 'https://issuer.example/' }),
    'a list of issuers': withClaims({ iss: [issuer.issuer] }),
    'no issuer': withClaims({ iss: undefined }),
    'no end': withClaims({ exp: undefined }),
    'an end that is text': withClaims({ exp: String(now + 600) }),
    'not valid yet': withClaims({ nbf: now + skew + 1 }),
    'issued in the future': withClaims({ iat: now + skew + 1 }),
    'never issued': withClaims({ iat: undefined }),
    'never logged in': withClaims({ auth_time: undefined }),
    'no subject': withClaims({ sub: undefined }),
  },
  authorised_party: {
    'several audiences and nobody named': withClaims({ aud: ['shop', 'other'] }),
    'several audiences, for another party': withClaims({ aud: ['shop', 'other'], azp: 'other' }),
    'another authorised party': withClaims({ azp: 'other' }),
  },
  err_jwt_expired: {
    expired: withClaims({ exp: now - skew }),
    'issued too long ago': withClaims({ iat: now - maxAge - skew - 1 }),
  },
  time: {
    'an end at infinity': signedBy(key, infinite),
  },
  auth_time: {
    'logged in in the future': withClaims({ auth_time: now + skew + 1 }),
    'logged in at a text': withClaims({ auth_time: 'now' }),
  },
  subject: {
    'an empty subject': withClaims({ sub: '' }),
    'a subject that is a number': withClaims({ sub: 7 }),
    'a huge subject': withClaims({ sub: 's'.repeat(limits.subjectCharsMax + 1) }),
    'a subject with a line break': withClaims({ sub: 'a\nb' }),
    'a subject with half a character': withClaims({ sub: 'a\ud800' }),
  },
  too_large: {
    '100 KB': withClaims({ pad: 'x'.repeat(100 * 1024) }),
    'one byte more than a token can have': `${good}${'A'.repeat(limits.tokenBytesMax)}`,
  },
};

describe('a wrong token is refused', () => {
  const each = Object.entries(wrong).flatMap(([reason, tokens]) =>
    Object.entries(tokens).map(([name, token]) => [name, reason, token] as const),
  );
  it.each(each)('%s: %s', async (_name, reason, token) => {
    const refusal = await verify(token).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(TokenRefused);
    expect(refusal).toMatchObject({ reason });
  });

  it('beside the same token without what is wrong about it', async () => {
    await expect(verify(good)).resolves.toBeDefined();
  });
});

describe('a right token', () => {
  const right: Readonly<Record<string, string>> = {
    'that ended within the clock skew': withClaims({ exp: now - skew + 1 }),
    'that will be valid within it': withClaims({ nbf: now + skew }),
    'that was issued in the future, within it': withClaims({ iat: now + skew }),
    'whose log-in was in the future, within it': withClaims({ auth_time: now + skew }),
    'issued as long ago as it may': withClaims({ iat: now - maxAge }),
    'without a type': withHeader({ typ: undefined }),
    'with its type in full': withHeader({ typ: 'application/JWT' }),
    'for us alone in a list': withClaims({ aud: ['shop'] }),
    'for several, to be used here': withClaims({ aud: ['other', 'shop'], azp: 'shop' }),
    'with a subject of 255 characters': withClaims({ sub: 's'.repeat(limits.subjectCharsMax) }),
  };
  it.each(Object.entries(right))('%s is taken', async (_name, token) => {
    await expect(verify(token)).resolves.toBeDefined();
  });

  it('says who it is by an opaque id, with name, roles and end', async () => {
    expect(await verify(good)).toEqual({
      person: {
        id: personIdOf(issuer.issuer, 'somebody'),
        ...{ name: 'Some Body', roles: ['operator'] },
      },
      issuer: issuer.issuer,
      expiresAtMs: (now + 600) * 1_000,
    });
    const elsewhere = personIdOf('https://other.example', 'somebody');
    expect(elsewhere).not.toBe(personIdOf(issuer.issuer, 'somebody'));
    expect(elsewhere).toMatch(/^u[0-9a-f]{30}$/);
  });

  it('is taken no longer than it may be old, whatever it says', async () => {
    const { expiresAtMs } = await verify(withClaims({ exp: now + 10 * maxAge }));
    expect(expiresAtMs).toBe((claims.iat + maxAge) * 1_000);
  });

  it.each([
    ['roles that are none here', ['admin', 7, null, 'OPERATOR'], []],
    ['text', 'operator', []],
    ['an object', { operator: true }, []],
    ['nothing', undefined, []],
    ['a role twice', ['approver', 'approver'], ['approver']],
  ])('with %s as roles gives no more than those that are known', async (_name, given, roles) => {
    expect((await verify(withClaims({ roles: given }))).person.roles).toEqual(roles);
  });

  it.each([
    [undefined, null],
    [7, null],
    [' \u0000\n ', null],
    [' 田中 \u0007', '田中'],
    ['n'.repeat(200), 'n'.repeat(limits.nameCharsMax)],
  ])('with %j as its name shows what can be shown', async (name, shown) => {
    expect((await verify(withClaims({ name }))).person.name).toBe(shown);
  });
});

it('whatever comes is refused, and never a defect', async () => {
  const part = fc.oneof(
    fc.string(),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
    fc.constantFrom(head, body, signature),
    fc
      .record({ alg: fc.constantFrom('RS256', 'none', 'HS256'), kid: fc.anything() })
      .map((header) => Buffer.from(fc.stringify(header)).toString('base64url')),
  );
  const token = fc.array(part, { maxLength: 5 }).map((parts) => parts.join('.'));
  await fc.assert(
    fc.asyncProperty(token, async (text) => {
      if (text === good) return;
      await expect(verify(text)).rejects.toBeInstanceOf(TokenRefused);
    }),
    { numRuns: 300 },
  );
});

it('an issuer that names no time of its log-ins need not, and what it names is checked', async () => {
  const lax = createTokenVerifier({
    ...{ logger: silentLogger, metrics, nowMs: () => nowMs },
    issuer: { ...issuer, requiredClaims: [] },
  });
  await expect(lax.verify(withClaims({ auth_time: undefined }))).resolves.toBeDefined();
  await expect(lax.verify(withClaims({ auth_time: now + 999 }))).rejects.toThrow(TokenRefused);
});
