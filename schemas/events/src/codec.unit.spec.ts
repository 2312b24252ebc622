import { beforeEach, describe, expect, it } from 'vitest';
import type { Catalogue } from './catalogue.ts';
import type { OrderCreated, SchemaIds } from './index.ts';
import {
  SchemasUnavailable,
  Undecodable,
  Unencodable,
  UnknownSchemaId,
  bodyOf,
  createCodec,
  createMemorySchemaIds,
  topics,
} from './index.ts';

const events = topics.ordersEvents.name;

const orderCreated: OrderCreated = {
  orderNo: 'o-1',
  tenant: 'main',
  items: [
    { sku: '茶', quantity: 2, unitAmountMinor: 1250n },
    { sku: 'cup', quantity: 1, unitAmountMinor: 0n },
  ],
  amountMinor: 2500n,
  currency: 'CNY',
  payBy: 1_700_000_000_000,
  idempotencyKey: null,
  purchase: null,
  fingerprint: 'f',
  createdAt: 1_700_000_000_001,
};
const payload = { type: 'OrderCreated', data: orderCreated };

async function preparedCodec(schemaIds = createMemorySchemaIds()) {
  const codec = createCodec(schemaIds);
  await codec.prepare([events, topics.ordersCommands.name]);
  return codec;
}

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof Undecodable || error instanceof Unencodable) return error.reason;
    throw error;
  }
  return 'nothing thrown';
};

describe('a codec that writes', () => {
  it('reads what it wrote, as plain data', async () => {
    const codec = await preparedCodec();
    const value = codec.encode(events, payload);
    expect(codec.decode(events, value)).toStrictEqual(payload);
  });

  it('frames with a magic byte and the schema id, big endian', async () => {
    const codec = await preparedCodec({
      idOf: () => Promise.resolve(0x01020304),
      schemaOf: () => Promise.reject(new Error('not asked')),
    });
    const value = codec.encode(events, payload);
    expect(value.subarray(0, 5).toString('hex')).toBe('0001020304');
    expect(value.length - bodyOf(value).length).toBe(5);
  });

  it('gives values that a later one does not overwrite', async () => {
    const codec = await preparedCodec();
    const first = codec.encode(events, payload);
    const before = Buffer.from(first);
    codec.encode(events, { type: 'OrderCreated', data: { ...orderCreated, orderNo: 'o-2' } });
    expect(first.equals(before)).toBe(true);
  });

  it('grows for a large record and refuses one beyond the limit', async () => {
    const codec = await preparedCodec();
    const large = { ...payload, data: { ...orderCreated, fingerprint: 'x'.repeat(300_000) } };
    expect(codec.decode(events, codec.encode(events, large))).toStrictEqual(large);
    const tooLarge = { ...payload, data: { ...orderCreated, fingerprint: 'x'.repeat(2_000_000) } };
    expect(codeOf(() => codec.encode(events, tooLarge))).toBe('INVALID');
  });

  it('refuses topics and types that the catalogue does not have', async () => {
    const codec = await preparedCodec();
    expect(codeOf(() => codec.encode('nowhere', payload))).toBe('UNKNOWN_TOPIC');
    expect(codeOf(() => codec.encode(topics.ordersCommands.name, payload))).toBe(
      'TYPE_NOT_ALLOWED',
    );
    const other = topics.paymentsCommands.name;
    expect(codeOf(() => codec.encode(other, { type: 'ClosePayment', data: {} }))).toBe(
      'NOT_PREPARED',
    );
    await expect(codec.prepare(['nowhere'])).rejects.toBeInstanceOf(Unencodable);
  });

  it.each<[string, object]>([
    ['orderNo', { ...orderCreated, orderNo: 7 }],
    ['amountMinor', { ...orderCreated, amountMinor: 2500 }],
    ['amountMinor', { ...orderCreated, amountMinor: 2n ** 63n }],
    ['payBy', { ...orderCreated, payBy: 1.5 }],
    ['payBy', { ...orderCreated, payBy: undefined }],
    ['items.1.quantity', { ...orderCreated, items: [orderCreated.items[0], { sku: 's' }] }],
    ['idempotencyKey', { ...orderCreated, idempotencyKey: 5 }],
  ])('says that %s is invalid, and not what was in it', async (field, data) => {
    const codec = await preparedCodec();
    let error: unknown;
    try {
      codec.encode(events, { type: 'OrderCreated', data });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ name: 'Unencodable', reason: 'INVALID', field });
    expect(String(error)).not.toContain('2500');
  });
});

describe('a codec that reads', () => {
  it('refuses everything that is not a whole record of the topic', async () => {
    const codec = await preparedCodec();
    const value = codec.encode(events, payload);
    const decode = (bytes: Buffer | null) => codeOf(() => codec.decode(events, bytes));
    expect(decode(null)).toBe('NULL_VALUE');
    expect(decode(Buffer.alloc(0))).toBe('TRUNCATED');
    expect(decode(Buffer.from('{"json":true}'))).toBe('MAGIC_BYTE');
    expect(decode(Buffer.concat([value, Buffer.from([0])]))).toBe('TRAILING_BYTES');
    expect(decode(Buffer.from([0, 0, 0, 99, 99, 1]))).toBe('UNKNOWN_SCHEMA');
    expect(codeOf(() => codec.decode(topics.paymentsEvents.name, value))).toBe('TYPE_NOT_ALLOWED');
    expect(codeOf(() => codec.decode('nowhere', value))).toBe('TYPE_NOT_ALLOWED');
  });

  it('refuses a record that is cut off anywhere', async () => {
    const codec = await preparedCodec();
    const value = codec.encode(events, payload);
    for (let length = 0; length < value.length; length += 1) {
      const reason = codeOf(() => codec.decode(events, value.subarray(0, length)));
      expect(['TRUNCATED', 'MALFORMED'], `cut at ${length}`).toContain(reason);
    }
  });

  it('does not believe an array that claims more items than there are bytes', async () => {
    const codec = await preparedCodec();
    const value = codec.encode(events, payload);
    const beforeItems = 5 + 1 + 'o-1'.length + 1 + 'main'.length;
    const fourMillion = Buffer.from([0x80, 0x80, 0x80, 0x04]);
    const poison = Buffer.concat([value.subarray(0, beforeItems), fourMillion, Buffer.alloc(40)]);
    expect(() => codec.decode(events, poison)).toThrow(
      expect.objectContaining({ reason: 'MALFORMED', message: 'truncated array' }),
    );
  });

  it('knows what it still needs', async () => {
    const schemaIds = createMemorySchemaIds();
    const value = (await preparedCodec(schemaIds)).encode(events, payload);
    const codec = createCodec(schemaIds);
    expect(codec.needs(value)).toBe(value.readUInt32BE(1));
    expect(codec.needs(null)).toBeNull();
    expect(codec.needs(Buffer.from('text, not Avro'))).toBeNull();
    expect(codec.needs(Buffer.from([0, 0]))).toBeNull();
    await codec.learn(value.readUInt32BE(1));
    expect(codec.needs(value)).toBeNull();
    expect(codec.decode(events, value)).toStrictEqual(payload);
  });
});

describe('learning a schema', () => {
  let asked: number;
  let answer: () => Promise<string>;
  let nowMs: number;
  const schemaIds: SchemaIds = {
    idOf: () => Promise.reject(new Error('not asked')),
    schemaOf: () => {
      asked += 1;
      return answer();
    },
  };
  beforeEach(() => {
    asked = 0;
    nowMs = 0;
  });
  const open = () => createCodec(schemaIds, { nowMs: () => nowMs });

  it('asks once for callers that come together', async () => {
    answer = () => Promise.resolve('"string"');
    const codec = open();
    await Promise.all([codec.learn(1), codec.learn(1), codec.learn(1)]);
    await codec.learn(1);
    expect(asked).toBe(1);
  });

  it('remembers for a while that there is no such schema', async () => {
    answer = () => Promise.reject(new UnknownSchemaId(1));
    const codec = open();
    await expect(codec.learn(1)).rejects.toBeInstanceOf(UnknownSchemaId);
    nowMs = 29_999;
    await expect(codec.learn(1)).rejects.toBeInstanceOf(UnknownSchemaId);
    expect(asked).toBe(1);
    nowMs = 30_000;
    await expect(codec.learn(1)).rejects.toBeInstanceOf(UnknownSchemaId);
    expect(asked).toBe(2);
  });

  it('asks again after the registry was out of reach', async () => {
    answer = () => Promise.reject(new SchemasUnavailable('down'));
    const codec = open();
    await expect(codec.learn(1)).rejects.toBeInstanceOf(SchemasUnavailable);
    answer = () => Promise.resolve('"string"');
    await codec.learn(1);
    expect(asked).toBe(2);
  });

  it('ends in the dead letters for a schema that nothing can be done with', async () => {
    const codec = open();
    const value = (id: number) => Buffer.from([0, 0, 0, 0, id, 0]);
    const decode = (id: number) => codeOf(() => codec.decode(events, value(id)));
    answer = () => Promise.resolve('"string"');
    await codec.learn(1);
    answer = () => Promise.resolve('no JSON');
    await codec.learn(2);
    answer = () => Promise.resolve('{"type":"record","name":"foreign.Thing","fields":[]}');
    await codec.learn(3);
    answer = () =>
      Promise.resolve('{"type":"record","name":"plumbline.orders.OrderCreated","fields":[]}');
    await codec.learn(4);
    expect([1, 2, 3, 4].map(decode)).toEqual([
      'SCHEMA_UNUSABLE',
      'SCHEMA_UNUSABLE',
      'TYPE_NOT_ALLOWED',
      'SCHEMA_INCOMPATIBLE',
    ]);
  });
});

describe('a schema that grew', () => {
  const topic = 'test.events.v1';
  const name = 'plumbline.test.Grown';
  const catalogueOf = (fields: readonly object[], rest: Partial<Catalogue> = {}): Catalogue => ({
    schemas: {
      [name]: JSON.stringify({
        type: 'record',
        namespace: 'plumbline.test',
        name: 'Grown',
        fields,
      }),
    },
    topics: [{ name: topic, records: [name] }],
    upcasters: [],
    ...rest,
  });
  const colour = (...symbols: string[]) => ({
    name: 'colour',
    type: { type: 'enum', name: 'Colour', symbols, default: 'UNKNOWN' },
  });
  const amount = { name: 'amount', type: { type: 'long', logicalType: 'minor-units' } };
  const doubled = {
    name: 'doubled',
    type: ['null', { type: 'long', logicalType: 'minor-units' }],
    default: null,
  };
  const old = catalogueOf([amount, colour('RED', 'UNKNOWN')]);
  const grown = [amount, colour('RED', 'UNKNOWN', 'BLUE'), doubled];

  const writeAndRead = async (writer: Catalogue, reader: Catalogue, data: object) => {
    const { reading, value } = await written(writer, reader, data);
    return reading.decode(topic, value).data;
  };

  async function written(writer: Catalogue, reader: Catalogue, data: object) {
    const schemaIds = createMemorySchemaIds();
    const writing = createCodec(schemaIds, { catalogue: writer });
    await writing.prepare([topic]);
    const value = writing.encode(topic, { type: 'Grown', data });
    const reading = createCodec(schemaIds, { catalogue: reader });
    const needed = reading.needs(value);
    if (needed !== null) await reading.learn(needed);
    return { reading, value };
  }

  it('says with which version a value was written, and what it lacks', async () => {
    const data = { amount: 5n, colour: 'RED' };
    const fill = () => ({ doubled: 10n });
    const upcasters = [{ record: name, missingField: 'doubled', fill }];
    const before = await written(old, catalogueOf(grown, { upcasters }), data);
    const lacks = { isNewest: false, missing: ['doubled'], upcast: ['doubled'] };
    expect(before.reading.writtenAs(before.value)).toEqual({ record: name, schemaId: 1, ...lacks });
    const same = await written(old, old, data);
    expect(same.reading.writtenAs(same.value)).toMatchObject({ isNewest: true, missing: [] });
    expect(same.reading.writtenAs(null)).toBeNull();
    expect(same.reading.writtenAs(Buffer.from('nonsense'))).toBeNull();
  });

  it('reads old records with defaults', async () => {
    const read = await writeAndRead(old, catalogueOf(grown), { amount: 5n, colour: 'RED' });
    expect(read).toStrictEqual({ amount: 5n, colour: 'RED', doubled: null });
  });

  it('lets old code read new records, an unknown symbol as the default one', async () => {
    const data = { amount: 5n, colour: 'BLUE', doubled: 10n };
    expect(await writeAndRead(catalogueOf(grown), old, data)).toStrictEqual({
      amount: 5n,
      colour: 'UNKNOWN',
    });
  });

  it('fills old records by upcaster, and leaves new ones alone', async () => {
    const catalogue = catalogueOf(grown, {
      upcasters: [
        {
          record: name,
          missingField: 'doubled',
          fill: (data) => ({ doubled: (data['amount'] as bigint) * 2n }),
        },
      ],
    });
    const data = { amount: 5n, colour: 'RED' };
    expect(await writeAndRead(old, catalogue, data)).toStrictEqual({ ...data, doubled: 10n });
    const whole = { ...data, doubled: null };
    expect(await writeAndRead(catalogue, catalogue, whole)).toStrictEqual(whole);
  });
});
