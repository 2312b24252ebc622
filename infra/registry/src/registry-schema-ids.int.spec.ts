import { randomUUID } from 'node:crypto';
import { catalogue, createCodec, topics } from '@plumbline/events';
import { schemaIdsContract } from '@plumbline/events/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegistrySchemaIds } from './index.ts';
import { createRegistrySchemaIds } from './index.ts';

const url = process.env['PLUMBLINE_TEST_REGISTRY'] ?? '';

const unique = () => randomUUID().replaceAll('-', '');

describe('schema ids of a registry', () => {
  let ids: RegistrySchemaIds | null = null;
  const opened = (): RegistrySchemaIds => {
    if (ids === null) throw new Error('not opened');
    return ids;
  };
  beforeAll(() => {
    if (url === '') {
      throw new Error('PLUMBLINE_TEST_REGISTRY is unset: it is the URL of a schema registry');
    }
    ids = createRegistrySchemaIds({ url });
  });
  afterAll(async () => {
    if (url !== '') await setLevel('FULL_TRANSITIVE');
    await ids?.close();
  });

  for (const { promise, check } of schemaIdsContract) it(promise, () => check(opened(), unique()));

  it('have the level FULL_TRANSITIVE before the first of them is given', async () => {
    await setLevel('NONE');
    const fresh = createRegistrySchemaIds({ url });
    expect(await fresh.level()).toBe('NONE');
    await fresh.idOf(`level-${unique()}`, record(unique(), 'string'));
    expect(await fresh.level()).toBe('FULL_TRANSITIVE');
    await fresh.close();
  });

  it('are the same for clients that come at once', async () => {
    const [subject, name] = [`together-${unique()}`, unique()];
    const clients = Array.from({ length: 8 }, () => createRegistrySchemaIds({ url }));
    const given = await Promise.all(clients.map((c) => c.idOf(subject, record(name, 'string'))));
    expect(new Set(given).size).toBe(1);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('are refused with subject and reason, and given again to what is right', async () => {
    const [subject, name] = [`refused-${unique()}`, unique()];
    const id = await opened().idOf(subject, record(name, 'string'));
    await expect(opened().idOf(subject, record(name, 'int'))).rejects.toThrow(
      new RegExp(`^the registry refuses the schema of ${subject}: .*ncompatible`),
    );
    expect(await opened().idOf(subject, record(name, 'string'))).toBe(id);
  });

  it('serve a codec from writing to reading elsewhere', async () => {
    const writing = createCodec(opened());
    await writing.prepare(catalogue.topics.map(({ name }) => name));
    const topic = topics.ordersEvents.name;
    const payload = { type: 'OrderCancelled', data: { orderNo: 'o-1', reason: 'changed my mind' } };
    const value = writing.encode(topic, payload);
    const reading = createCodec(opened());
    await reading.learn(reading.needs(value) ?? -1);
    expect(reading.decode(topic, value)).toStrictEqual(payload);
  });
});

const record = (name: string, type: string): string =>
  JSON.stringify({
    type: 'record',
    name: `plumbline.contract.R${name}`,
    fields: [{ name: 'value', type }],
  });

async function setLevel(compatibility: string): Promise<void> {
  const response = await fetch(`${url}/config`, {
    method: 'PUT',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ compatibility }),
  });
  expect(response.ok).toBe(true);
}
