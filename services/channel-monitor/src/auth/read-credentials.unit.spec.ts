import { describe, expect, it } from 'vitest';
import type { RequestFacts } from './read-credentials.ts';
import { readCredentials } from './read-credentials.ts';
import type { RefusalCode } from './refusals.ts';
import { sent, signed, unsigned } from './testing/requests.ts';

const good = signed(sent());
const codeOf = (facts: RequestFacts): string => {
  const read = readCredentials(facts);
  return read.kind === 'refused' ? read.code : read.kind;
};
const withHeaders = (headers: RequestFacts['headers']): RequestFacts => ({
  ...good,
  headers: { ...good.headers, ...headers },
});
const hex = 'ab'.repeat(32);

describe('a signed request', () => {
  it('shows a signature, a time in ms, and the parts that are signed', () => {
    expect(readCredentials(good)).toEqual({
      ...{ kind: 'signed', signature: good.headers['signature'], timestampMs: 1_764_000_000_000 },
      parts: {
        ...{ method: 'GET', path: '/api/monitor/orders/active', query: [['pid', '1000']] },
        ...{ body: Buffer.alloc(0), timestamp: '1764000000', nonce: '0f3a1b2c4d5e6f70' },
        clientId: '1000',
      },
    });
  });

  it('may have its fields in the query, or some here and some there, or the same twice', () => {
    const { client, timestamp, nonce, signature } = good.headers;
    const query = { ...good.query, client, timestamp, nonce, signature };
    const shown = readCredentials(good);
    expect(readCredentials({ ...good, query, headers: {} })).toEqual(shown);
    expect(readCredentials({ ...good, query, headers: { nonce } })).toEqual(shown);
    expect(readCredentials({ ...good, query })).toEqual(shown);
  });

  const broken: readonly (readonly [RefusalCode, RequestFacts['headers']])[] = [
    ['signature_missing', { signature: undefined }],
    ['signature_malformed', { signature: '' }],
    ['signature_malformed', { signature: hex }],
    ['signature_malformed', { signature: `v1=${hex}0` }],
    ['signature_malformed', { signature: `v1=${hex.slice(2)}zz` }],
    ['signature_malformed', { signature: `v1=${hex}, v1=${hex}` }],
    ['signature_malformed', { signature: `v1=${hex}\n` }],
    ['signature_malformed', { signature: [`v1=${hex}`] }],
    ['signature_version_unknown', { signature: `v2=${hex}` }],
    ['timestamp_missing', { timestamp: undefined }],
    ...['', '0', '-1', '1e9', ' 1764000000', '1764000000.5', '0764000000', 'NaN'].map(
      (timestamp) => ['timestamp_malformed', { timestamp }] as const,
    ),
    ['timestamp_malformed', { timestamp: '1764000000000' }],
    ['timestamp_malformed', { timestamp: '2025-11-24T16:00:00Z' }],
    ['nonce_missing', { nonce: undefined }],
    ...[
      '',
      '1234567',
      'x'.repeat(65),
      'a b c d e',
      '12345678\n',
      'a:b:c:d:e',
      '一二三四五六七八',
    ].map((nonce) => ['nonce_malformed', { nonce }] as const),
    ...['', 'a:b', 'x'.repeat(65), '一', '../1000'].map(
      (client) => ['client_malformed', { client }] as const,
    ),
  ];
  it.each(broken)('is refused with %s for %j', (code, headers) => {
    expect(codeOf(withHeaders(headers))).toBe(code);
  });

  it.each([
    ['signature', 'signature_malformed', `v1=${hex}`],
    ['timestamp', 'timestamp_malformed', '1764000001'],
    ['nonce', 'nonce_malformed', 'another-nonce'],
    ['client', 'client_malformed', '1001'],
  ])('whose %s says two things is refused with %s', (name, code, other) => {
    expect(codeOf({ ...good, query: { ...good.query, [name]: other } })).toBe(code);
    const twice = { ...good.query, [name]: [other, other] };
    expect(codeOf({ ...good, query: twice, headers: { ...good.headers, [name]: undefined } })).toBe(
      code,
    );
  });
});

describe('who signs', () => {
  const nobody = (request: Partial<Parameters<typeof sent>[0]>) => {
    const facts = signed(sent(request));
    return readCredentials({ ...facts, headers: { ...facts.headers, client: undefined } });
  };
  const clientOf = (request: Parameters<typeof nobody>[0]) => {
    const read = nobody(request);
    return read.kind === 'signed' ? read.parts.clientId : read;
  };
  const record = { method: 'POST', url: '/api/monitor/records' };

  it('is the pid of the query, or else of the body, where no client is named', () => {
    expect(clientOf({})).toBe('1000');
    expect(clientOf({ ...record, body: '{"pid":1000}' })).toBe('1000');
    expect(clientOf({ ...record, body: '{"pid":"m_1"}' })).toBe('m_1');
    expect(clientOf({ ...record, url: '/x?pid=7', body: '{"pid":1000}' })).toBe('7');
  });

  it('is the client that is named, whatever pid there is', () => {
    expect(readCredentials(signed(sent({ client: 'mc_1' })))).toMatchObject({
      parts: { clientId: 'mc_1' },
    });
  });

  it.each(['', '{}', '[]', 'null', '1', 'no JSON', '{"pid":null}', '{"pid":1.5}', '{"pid":1e30}'])(
    'is nobody with the body %j',
    (body) => {
      expect(nobody({ ...record, body })).toMatchObject({ code: 'client_missing', status: 401 });
    },
  );

  it('is nobody with two pids', () => {
    expect(nobody({ url: '/x?pid=1&pid=2' })).toMatchObject({ code: 'client_malformed' });
  });
});

describe('a token', () => {
  const bearing = (authorization: string, facts = unsigned(sent())) =>
    readCredentials({ ...facts, headers: { ...facts.headers, authorization } });

  it('counts alone, whatever else came', () => {
    const token = { kind: 'token', token: 'mt_1' };
    for (const header of ['Bearer mt_1', 'bearer mt_1', 'BEARER   mt_1'])
      expect(bearing(header)).toEqual(token);
    expect(bearing('Bearer mt_1', good)).toEqual(token);
  });

  it.each(['Bearer', 'Bearer ', 'Bearer a b', 'Bearer 一', `Bearer ${'x'.repeat(257)}`])(
    'is none in %j',
    (header) => {
      expect(bearing(header, good)).toMatchObject({ code: 'token_malformed', status: 401 });
    },
  );

  it('of another scheme is left to others', () => {
    expect(bearing('Basic eDp5')).toMatchObject({ code: 'signature_missing' });
    expect(bearing('Basic eDp5', good)).toMatchObject({ kind: 'signed' });
  });
});
