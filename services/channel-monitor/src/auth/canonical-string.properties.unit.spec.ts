import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QueryPair, SignedParts } from './canonical-string.ts';
import { canonicalQuery, canonicalString, signatureOf } from './canonical-string.ts';

/** Whatever a parser of queries can hand over: marks of the format itself above all. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('a', 'b', '=', '&', '%', '+', '\n', '/', '~'), maxLength: 5 }),
);
const query = fc.array(fc.tuple(text, text), { maxLength: 4 });
const ofForm = (unit: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...unit.split(/(?:)/u)), minLength, maxLength });

const parts: fc.Arbitrary<SignedParts> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
  path: ofForm('ab/%2F.', 0, 8).map((rest) => `/${rest}`),
  query,
  body: fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
  timestamp: ofForm('0123456789', 10, 10),
  nonce: ofForm('ab01-._~', 8, 10),
  clientId: ofForm('ab01_-', 1, 4),
});

/** The same request: parameters of different names may change places, those of one name not. */
function isSameRequest(one: SignedParts, other: SignedParts): boolean {
  const plain = (of: SignedParts) => {
    const values = new Map<string, string[]>();
    for (const [name, value] of of.query) values.set(name, [...(values.get(name) ?? []), value]);
    const sorted = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
    return JSON.stringify({ ...of, query: sorted, body: of.body.toString('hex') });
  };
  return plain(one) === plain(other);
}

const changes: { readonly [part in keyof SignedParts]: (of: SignedParts) => SignedParts[part] } = {
  method: ({ method }) => (method === 'GET' ? 'POST' : 'GET'),
  path: ({ path }) => `${path}/`,
  query: ({ query: pairs }) => [...pairs, ['a', '']],
  body: ({ body }) => Buffer.concat([body, Buffer.of(0)]),
  timestamp: ({ timestamp }) => String((BigInt(timestamp) + 1n) % 10n ** 10n).padStart(10, '0'),
  nonce: ({ nonce }) => `${nonce}x`,
  clientId: ({ clientId }) => `${clientId}x`,
};

describe('what is signed', () => {
  it('differs exactly when the requests do', () => {
    const near = parts.chain((one) =>
      fc.tuple(
        fc.constant(one),
        fc.oneof(
          parts,
          // Near misses: one part of another request.
          fc
            .tuple(parts, fc.constantFrom(...(Object.keys(changes) as (keyof SignedParts)[])))
            .map(([other, name]) => ({ ...one, [name]: other[name] })),
        ),
      ),
    );
    fc.assert(
      fc.property(near, ([one, other]) => {
        expect(canonicalString(one) === canonicalString(other)).toBe(isSameRequest(one, other));
      }),
      { numRuns: 500 },
    );
  });

  it('differs when pieces move from a name to a value, or from one parameter to the next', () => {
    fc.assert(
      fc.property(query, query, (one, other) => {
        const at = (pairs: readonly QueryPair[]) => JSON.stringify([...pairs].sort());
        // Without order of values of one name, which the property above is about.
        if (canonicalQuery(one) === canonicalQuery(other)) expect(at(one)).toBe(at(other));
      }),
      { numRuns: 500 },
    );
    expect(canonicalQuery([['a', '1&b=2']])).not.toBe(
      canonicalQuery([
        ['a', '1'],
        ['b', '2'],
      ]),
    );
    expect(canonicalQuery([['a=1', '']])).not.toBe(canonicalQuery([['a', '1=']]));
    expect(
      canonicalQuery([
        ['a', '1'],
        ['a', '2'],
      ]),
    ).not.toBe(
      canonicalQuery([
        ['a', '2'],
        ['a', '1'],
      ]),
    );
  });

  it('takes no line feed of a part for one of its own', () => {
    const one = fc.sample(parts, 1)[0];
    if (one === undefined) return expect.unreachable('no sample');
    for (const name of ['path', 'nonce', 'clientId', 'timestamp'] as const)
      expect(() => canonicalString({ ...one, [name]: `a\nb` })).toThrow('line feed');
    expect(canonicalString({ ...one, query: [['\n', '\n']] }).split('\n')).toHaveLength(8);
  });

  it('in another part or with another secret has another signature', () => {
    fc.assert(
      fc.property(parts, fc.string({ minLength: 1 }), (one, secret) => {
        const signature = signatureOf(canonicalString(one), secret);
        expect(signature).toMatch(/^v1=[0-9a-f]{64}$/);
        for (const [name, change] of Object.entries(changes)) {
          const other = { ...one, [name]: change(one) };
          expect(signatureOf(canonicalString(other), secret), name).not.toBe(signature);
        }
        expect(signatureOf(canonicalString(one), `${secret}x`)).not.toBe(signature);
      }),
      { numRuns: 300 },
    );
  });
});
