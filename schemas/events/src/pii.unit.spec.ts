import { describe, expect, it } from 'vitest';
import type { Catalogue } from './catalogue.ts';
import { createCodec, createMemorySchemaIds } from './index.ts';

const topic = 'test.events.v1';
const person = {
  type: 'record',
  name: 'Person',
  fields: [
    { name: 'nick', type: 'string' },
    { name: 'email', type: ['null', 'string'], default: null, pii: true },
  ],
};
const catalogue: Catalogue = {
  schemas: {
    'plumbline.test.Parcel': JSON.stringify({
      type: 'record',
      namespace: 'plumbline.test',
      name: 'Parcel',
      fields: [
        { name: 'address', type: 'string', pii: true },
        { name: 'people', type: { type: 'array', items: person } },
        { name: 'sender', type: ['null', 'Person'], default: null },
      ],
    }),
  },
  topics: [{ name: topic, records: ['plumbline.test.Parcel'] }],
  upcasters: [],
};

const secret = 'enc:v1:key-1:c2VjcmV0';
const parcel = {
  address: secret,
  people: [
    { nick: 'a', email: null },
    { nick: 'b', email: secret },
  ],
  sender: { nick: 'c', email: secret },
};

async function encode(data: object): Promise<Buffer> {
  const codec = createCodec(createMemorySchemaIds(), { catalogue });
  await codec.prepare([topic]);
  return codec.encode(topic, { type: 'Parcel', data });
}

describe('personal data', () => {
  it('is written when it is encrypted or absent', async () => {
    expect((await encode(parcel)).length).toBeGreaterThan(5);
    expect((await encode({ ...parcel, sender: null })).length).toBeGreaterThan(5);
  });

  it.each<[string, object]>([
    ['address', { ...parcel, address: 'Baker Street' }],
    ['address', { ...parcel, address: '' }],
    ['address', { ...parcel, address: 'enc:v1:key-1:Baker Street' }],
    ['address', { ...parcel, address: 'enc:v1::c2VjcmV0' }],
    ['address', { ...parcel, address: `${secret}\n` }],
    ['people.1.email', { ...parcel, people: [parcel.people[0], { nick: 'b', email: 'Baker' }] }],
    ['sender.email', { ...parcel, sender: { nick: 'c', email: 'Baker' } }],
  ])('in the clear in %s is refused without being shown', async (field, data) => {
    const refusal = encode(data);
    await expect(refusal).rejects.toMatchObject({ reason: 'PII_NOT_ENCRYPTED', field });
    await expect(refusal).rejects.not.toThrow(/Baker/);
  });
});
