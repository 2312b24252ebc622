import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { context } from '../testing/port-input.ts';
import { createLakalaSignatures } from './lakala-signature.ts';
import { publishedCallback } from './testing/published-callback.ts';
import { isSignedByHand, signByHand } from './testing/rsa-by-hand.ts';

const rsa = (modulusLength = 2_048) => generateKeyPairSync('rsa', { modulusLength });
const [ours, theirs, theirNext, stranger] = [rsa(), rsa(), rsa(), rsa()];
const publicPem = ({ publicKey }: typeof ours) =>
  publicKey.export({ type: 'spki', format: 'pem' }).toString();
const privatePem = ({ privateKey }: typeof ours) =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const keys = {
  ...{ appId: 'OP00000003', serialNo: '00dfba8194c41b84cf', privateKeyPem: privatePem(ours) },
  platformKeys: [
    { serialNo: '01745381C327', pem: publicPem(theirs) },
    { serialNo: '0AFF', pem: publicPem(theirNext) },
  ],
};
const signatures = createLakalaSignatures(keys);

describe('a request', () => {
  it('carries the RSA signature of app, serial number, time, nonce and body', () => {
    const body = '{"名":"茶"}';
    const header = signatures.authorization(body, context);
    const seconds = Math.floor(context.nowMs / 1_000);
    const pattern =
      /^LKLAPI-SHA256withRSA appid="(.*)",serial_no="(.*)",timestamp="(.*)",nonce_str="(.*)",signature="(.*)"$/;
    const [, appId, serialNo, timestamp, nonce, signature = ''] = pattern.exec(header) ?? [];
    expect([appId, serialNo, timestamp, nonce]).toEqual([
      ...['OP00000003', '00dfba8194c41b84cf', String(seconds), context.nonce],
    ]);
    const text = `OP00000003\n00dfba8194c41b84cf\n${seconds}\n${context.nonce}\n${body}\n`;
    expect(isSignedByHand(text, signature, ours.publicKey)).toBe(true);
  });
});

describe('an answer', () => {
  const body = '{"code":"000000","msg":"操作成功"}';
  function answer(change: Record<string, string> = {}, key = theirs, text?: string) {
    const parts = {
      appid: 'OP00000003',
      serial: '01745381C327',
      timestamp: '1700000000',
      nonce: 'n1',
    };
    const signed = { ...parts, ...change };
    const { appid, serial, timestamp, nonce } = signed;
    const lines = text ?? `${appid}\n${serial}\n${timestamp}\n${nonce}\n${body}\n`;
    const all = { signature: signByHand(lines, key.privateKey), ...signed };
    const headers = Object.entries(all).map(([name, value]) => [`lklapi-${name}`, value]);
    return {
      ...{ status: 200, body: Buffer.from(body) },
      headers: Object.fromEntries(headers) as Record<string, string>,
    };
  }
  const isSigned = (response: ReturnType<typeof answer>) => signatures.isAnswerSigned(response);

  it('is signed by any of the configured keys, whatever zeros its serial number begins with', () => {
    expect(isSigned(answer())).toBe(true);
    expect(isSigned(answer({ serial: '1745381c327' }))).toBe(true);
    expect(isSigned(answer({ serial: '0AFF' }, theirNext))).toBe(true);
  });

  it('is not signed in any other way', () => {
    const right = answer();
    const signature = right.headers['lklapi-signature'] ?? '';
    const without = (name: string) => ({
      ...right,
      headers: { ...right.headers, [`lklapi-${name}`]: '' },
    });
    const wrong = {
      'by a stranger': answer({}, stranger),
      'by the key of another serial number': answer({ serial: '0AFF' }, theirs),
      'by a serial number that is not configured': answer({ serial: '0B' }),
      'to another app': answer({ appid: 'OP00000004' }),
      'over other lines': answer({}, theirs, `1700000000\nn1\n${body}\n`),
      'over lines in another order': answer(
        {},
        theirs,
        `01745381C327\nOP00000003\n1700000000\nn1\n${body}\n`,
      ),
      'without the last newline': answer(
        {},
        theirs,
        `OP00000003\n01745381C327\n1700000000\nn1\n${body}`,
      ),
      'over a longer body': { ...right, body: Buffer.from(`${body} `) },
      'over a shorter body': { ...right, body: right.body.subarray(0, -1) },
      'with no header': { ...right, headers: {} },
      'with no serial number': without('serial'),
      'with no time': without('timestamp'),
      'with no nonce': without('nonce'),
      'with an empty signature': without('signature'),
      'with a signature in another case': answer({ signature: signature.toLowerCase() }),
      'with a signature cut short': answer({ signature: signature.slice(0, -8) }),
      'with a signature that stands twice': answer({ signature: `${signature}, ${signature}` }),
      'with hexadecimal digits': answer({
        signature: Buffer.from(signature, 'base64').toString('hex'),
      }),
    };
    for (const [way, response] of Object.entries(wrong))
      expect(isSigned(response), way).toBe(false);
  });
});

describe('a callback', () => {
  it("that Lakala's test platform has sent is signed by its certificate", () => {
    const { certificatePem: pem, serialNo, authorization, body, signedAtMs } = publishedCallback;
    const real = createLakalaSignatures({ ...keys, platformKeys: [{ serialNo, pem }] });
    const signedAt = (change: { authorization?: string; body?: string } = {}) => {
      const sent = { authorization, body, ...change };
      return real.callbackSignedAtMs({
        headers: { authorization: sent.authorization },
        body: Buffer.from(sent.body),
      });
    };
    expect(signedAt()).toBe(signedAtMs);
    expect(signedAt({ body: body.replace('"trade_amount":1,', '"trade_amount":2,') })).toBeNull();
    expect(
      signedAt({ authorization: authorization.replace('1741694218', '1741694219') }),
    ).toBeNull();
  });

  const body = '{"out_order_no":"PAY1"}';
  const text = `1700000000\nn1\n${body}\n`;
  const signature = signByHand(text, theirNext.privateKey);
  const signedAt = (authorization: string | null, sent = body) =>
    signatures.callbackSignedAtMs({
      headers: authorization === null ? {} : { authorization },
      body: Buffer.from(sent),
    });
  const header = (of = signature, timestamp = '1700000000', nonce = 'n1') =>
    `LKLAPI-SHA256withRSA timestamp="${timestamp}",nonce_str="${nonce}",signature="${of}"`;

  it('is signed by any of the configured keys, in either writing and order of its header', () => {
    expect(signedAt(header())).toBe(1_700_000_000_000);
    expect(signedAt(header(signByHand(text, theirs.privateKey)))).toBe(1_700_000_000_000);
    const [plain, turned] = [
      `LKLAPI-SHA256withRSA timestamp=1700000000,nonce_str=n1,signature=${signature}`,
      `LKLAPI-SHA256withRSA signature="${signature}", nonce_str="n1", timestamp="1700000000"`,
    ];
    expect([signedAt(plain), signedAt(turned)]).toEqual([1_700_000_000_000, 1_700_000_000_000]);
  });

  it('is not signed in any other way', () => {
    const wrong = {
      'no header': signedAt(null),
      'an empty header': signedAt(''),
      'an empty signature': signedAt(header('')),
      'a stranger': signedAt(header(signByHand(text, stranger.privateKey))),
      'another scheme': signedAt(header().replace('SHA256', 'SHA1')),
      'the scheme in another case': signedAt(header().toLowerCase()),
      'a signature in another case': signedAt(header(signature.toLowerCase())),
      'a part that stands twice': signedAt(`${header()},nonce_str="n1"`),
      'another time': signedAt(header(signature, '1700000001')),
      'a time in milliseconds': signedAt(header(signature, '1700000000000')),
      'another nonce': signedAt(header(signature, '1700000000', 'n2')),
      'no nonce': signedAt(
        header(signByHand(`1700000000\n\n${body}\n`, theirs.privateKey), '1700000000', ''),
      ),
      'another order': signedAt(header(signByHand(`n1\n1700000000\n${body}\n`, theirs.privateKey))),
      'a body cut short': signedAt(header(), body.slice(0, -1)),
    };
    for (const [way, signedAtMs] of Object.entries(wrong)) expect(signedAtMs, way).toBeNull();
  });
});

it('keys that are weak, of another kind or missing are refused at once', () => {
  const weak = rsa(1_024);
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecPem = elliptic.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const platform = (pem: string) => ({ ...keys, platformKeys: [{ serialNo: '1', pem }] });
  expect(() => createLakalaSignatures(platform(publicPem(weak)))).toThrow('2048 bits');
  expect(() => createLakalaSignatures(platform(ecPem))).toThrow('2048 bits');
  expect(() => createLakalaSignatures(platform('no key'))).toThrow();
  expect(() => createLakalaSignatures({ ...keys, platformKeys: [] })).toThrow('platform key');
  expect(() => createLakalaSignatures({ ...keys, privateKeyPem: privatePem(weak) })).toThrow(
    '2048',
  );
});
