import { createHash } from 'node:crypto';
import { InvariantViolation } from '@plumbline/kernel';
import fc from 'fast-check';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newWebhookSecret, parseWebhookSecret, signWebhook, verifyWebhook } from './signature.ts';

const published = {
  secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampSeconds: 1_614_265_330,
  body: Buffer.from('{"test": 2432232314}'),
};
const secretOf = (seed: string): string =>
  newWebhookSecret(createHash('sha256').update(seed).digest());
const [newer, older] = [secretOf('newer'), secretOf('older')];
const nowMs = Date.UTC(2026, 0, 1);
const body = Buffer.from('{"a":1}');

beforeEach(() => vi.useFakeTimers({ now: nowMs, toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

const sign = (over: Partial<typeof published> = {}) =>
  signWebhook({
    ...{ secrets: [newer], id: 'msg_1', timestampSeconds: nowMs / 1_000, body },
    ...over,
  });
/** Whether the reference implementation finds it good. */
function oracle(secret: string, content: Buffer, headers: object): boolean {
  try {
    new Webhook(secret).verify(content, { ...headers });
    return true;
  } catch (error) {
    // It goes on to parse what it has found good.
    if (error instanceof SyntaxError) return true;
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}

describe('a signature', () => {
  it('is the one of the published vector', () => {
    expect(signWebhook(published)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it.each(['', '{}', '{"名":"茶"}', '{"a":"😀🧾"}', 'a=b&c=%20', '{"a":"\u0000"}', ' \n'])(
    'is good for the reference implementation: %j',
    (text) => {
      const content = Buffer.from(text);
      const headers = sign({ body: content });
      expect(oracle(newer, content, headers)).toBe(true);
      expect(oracle(older, content, headers)).toBe(false);
      expect(oracle(newer, Buffer.concat([content, body]), headers)).toBe(false);
    },
  );

  it('is good for the reference implementation over any JSON and text', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 500 }), fc.json());
    fc.assert(
      fc.property(text, fc.uint8Array({ minLength: 24, maxLength: 64 }), (each, random) => {
        const secret = newWebhookSecret(Buffer.from(random));
        const content = Buffer.from(each);
        const signed = sign({ secrets: [secret], body: content });
        expect(oracle(secret, content, signed)).toBe(true);
        const seen = { secrets: [secret], headers: { ...signed }, body: content, nowMs };
        expect(verifyWebhook(seen)).toEqual({ ok: true });
      }),
      { numRuns: 300 },
    );
  });

  it('covers bytes that are no text', () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
    const headers = sign({ body: bytes });
    const ours = { secrets: [newer], headers: { ...headers }, nowMs };
    expect(verifyWebhook({ ...ours, body: bytes })).toEqual({ ok: true });
    // As text both would be the same four marks for something unreadable.
    const others = Buffer.from([0xfd, 0xfc, 0x00, 0x81]);
    expect(verifyWebhook({ ...ours, body: others })).toMatchObject({ code: 'SIGNATURE_WRONG' });
  });

  it('while one secret replaces another is good for both, the new one first', () => {
    const headers = sign({ secrets: [newer, older] });
    const [first, second, third] = headers['webhook-signature'].split(' ');
    expect([first, second]).toEqual([
      sign({ secrets: [newer] })['webhook-signature'],
      sign({ secrets: [older] })['webhook-signature'],
    ]);
    expect(third).toBe(undefined);
    for (const secret of [newer, older]) {
      expect(oracle(secret, body, headers)).toBe(true);
      const seen = { secrets: [secret], headers: { ...headers }, body, nowMs };
      expect(verifyWebhook(seen)).toEqual({ ok: true });
    }
  });

  it.each([
    ['no secret', { secrets: [] }],
    ['a secret that is none', { secrets: ['whsec_short'] }],
    ['four secrets', { secrets: [newer, newer, newer, newer] }],
    ['a dot in the id', { id: 'msg.1' }],
    ['a line break in the id', { id: 'msg\r\n1' }],
    ['an empty id', { id: '' }],
    ['half a second', { timestampSeconds: 1.5 }],
  ])('is not made with %s', (_, over) => {
    expect(() => sign(over)).toThrow(InvariantViolation);
  });
});

describe('verification', () => {
  const headers = (over: Readonly<Record<string, string>> = {}) => ({ ...sign(), ...over });
  const verify = (over: Partial<Parameters<typeof verifyWebhook>[0]> = {}) =>
    verifyWebhook({ secrets: [newer], headers: headers(), body, nowMs, ...over });

  it('agrees with the reference implementation on what that signs', () => {
    const text = body.toString();
    const signature = new Webhook(newer).sign('msg_1', new Date(nowMs), text);
    const given = { 'webhook-signature': signature };
    expect(signature).toBe(sign()['webhook-signature']);
    expect(verify({ headers: headers(given) })).toEqual({ ok: true });
  });

  it('passes over versions and secrets that it does not know', () => {
    const signature = `v1a,AAAA v2,BBBB ${sign()['webhook-signature']}`;
    const given = headers({ 'webhook-signature': signature });
    expect(verify({ headers: given, secrets: ['nonsense', older, newer] })).toEqual({ ok: true });
  });

  it('fails with any byte of body, id, timestamp or signature changed', () => {
    const signature = sign()['webhook-signature'];
    const changed = [...body.keys()].map((at) => {
      const copy = Buffer.from(body);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return verify({ body: copy });
    });
    const others = [
      headers({ 'webhook-id': 'msg_2' }),
      headers({ 'webhook-timestamp': String(nowMs / 1_000 + 1) }),
      headers({ 'webhook-signature': signature.replace('v1,', 'v2,') }),
      headers({ 'webhook-signature': `${signature.slice(0, 5)}A${signature.slice(6)}` }),
      headers({ 'webhook-signature': signature.slice(0, -8) }),
      headers({ 'webhook-signature': 'v1,' }),
    ];
    const refused = { ok: false, code: 'SIGNATURE_WRONG' };
    for (const verdict of [...changed, ...others.map((each) => verify({ headers: each }))])
      expect(verdict).toEqual(refused);
    expect(verify({ body: Buffer.concat([body, Buffer.from(' ')]) })).toEqual(refused);
    expect(verify({ secrets: [older] })).toEqual(refused);
    expect(verify({ secrets: [] })).toEqual(refused);
  });

  it('tells the time within five minutes, or as told', () => {
    expect(verify({ nowMs: nowMs + 300_000 })).toEqual({ ok: true });
    expect(verify({ nowMs: nowMs - 300_000 })).toEqual({ ok: true });
    expect(verify({ nowMs: nowMs + 300_001 })).toMatchObject({ code: 'TIMESTAMP_TOO_OLD' });
    expect(verify({ nowMs: nowMs - 300_001 })).toMatchObject({ code: 'TIMESTAMP_TOO_NEW' });
    const strict = { toleranceMs: 1_000 };
    expect(verify({ ...strict, nowMs: nowMs + 2_000 })).toMatchObject({
      code: 'TIMESTAMP_TOO_OLD',
    });
  });

  it.each(['-1', '1.5', '1e9', ' 1', '0x10', '9'.repeat(13)])('takes no time %j', (timestamp) => {
    const given = headers({ 'webhook-timestamp': timestamp });
    expect(verify({ headers: given })).toMatchObject({ code: 'TIMESTAMP_INVALID' });
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('wants %s', (name) => {
    for (const given of [{ ...headers(), [name]: undefined }, headers({ [name]: '' })])
      expect(verify({ headers: given })).toMatchObject({ code: 'HEADER_MISSING' });
  });
});

describe('a secret', () => {
  it('is its bytes as text, and back', () => {
    const random = createHash('sha256').update('x').digest();
    expect(newWebhookSecret(random)).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(parseWebhookSecret(newWebhookSecret(random))).toEqual(random);
    expect(parseWebhookSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toHaveLength(24);
  });

  it.each([0, 23, 65])('does not have %i bytes', (bytes) => {
    expect(() => newWebhookSecret(Buffer.alloc(bytes))).toThrow(InvariantViolation);
    expect(parseWebhookSecret(`whsec_${Buffer.alloc(bytes).toString('base64')}`)).toBe(null);
  });

  it.each([
    ...['', 'whsec_', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_'],
    ...['whsec_ MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n'],
    newer.replace('=', ''),
  ])('is not %j', (text) => {
    expect(parseWebhookSecret(text)).toBe(null);
  });
});
