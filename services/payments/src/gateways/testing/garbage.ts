import fc from 'fast-check';

const keys = [
  'code',
  'status',
  'data',
  'amount',
  'resp_data',
  'reference',
  '__proto__',
  'toString',
];

/** Documents of the shape that gateways send, with anything at any place. */
const document = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), fc.double(), fc.string()),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), tie('node'), { maxKeys: 5 }),
  ),
})).node;

/** Bytes that no gateway documents: no JSON, JSON of any shape, broken UTF-8, deep nesting. */
export const garbageBodies = (): fc.Arbitrary<Buffer> =>
  fc.oneof(
    fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
    document.map((value) => Buffer.from(JSON.stringify(value))),
    fc
      .constantFrom(
        ...['', 'null', '[]', '1e999', '{"code":1e400}', '{"code":"a","code":"b"}', '"\\ud800"'],
        '['.repeat(50_000),
        `${'{"data":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
      )
      .map((text) => Buffer.from(text)),
  );

export const garbageStatuses = (): fc.Arbitrary<number> =>
  fc.oneof(fc.constantFrom(200, 201, 202, 400, 401, 404, 409, 429, 500, 503), fc.nat(999));

export const garbageHeaders = (names: readonly string[]): fc.Arbitrary<Record<string, string>> =>
  fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), fc.string(), { maxKeys: 8 });
