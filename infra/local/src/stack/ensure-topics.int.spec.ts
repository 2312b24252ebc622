import { randomBytes } from 'node:crypto';
import type { TopicSpec } from '@plumbline/events';
import { describe, expect, it } from 'vitest';
import { ensureRegistry } from './ensure-registry.ts';
import { ensureTopics } from './ensure-topics.ts';

const kafka = process.env['PLUMBLINE_TEST_KAFKA'] ?? '127.0.0.1:19092';
const registryUrl =
  process.env['PLUMBLINE_TEST_REGISTRY'] ?? 'http://127.0.0.1:18081/apis/ccompat/v7';

const unique = () => `test-${randomBytes(5).toString('hex')}`;

const topic = (name: string, config: Readonly<Record<string, string>>): TopicSpec => ({
  name,
  kind: 'events',
  writer: 'a test',
  records: [],
  config,
  partitions: 'shared',
  description: 'of a test',
});

describe('ensureTopics', () => {
  it('makes what is missing, with its policy, and nothing the second time', async () => {
    const name = unique();
    const topics: readonly TopicSpec[] = [
      topic(`${name}-a`, { 'retention.ms': '-1', 'message.timestamp.type': 'LogAppendTime' }),
      { ...topic(`${name}-b`, {}), partitions: 1 },
    ];
    const options = { brokers: [kafka], partitions: 4, topics };
    const names = topics.map((t) => t.name);
    expect(await ensureTopics(options)).toEqual({ created: names, existing: [], drift: [] });
    expect(await ensureTopics(options)).toEqual({ created: [], existing: names, drift: [] });
  });

  it('may run in several processes at once', async () => {
    const topics = [topic(unique(), {}), topic(unique(), {})];
    const options = { brokers: [kafka], partitions: 2, topics };
    await Promise.all(Array.from({ length: 8 }, () => ensureTopics(options)));
    expect((await ensureTopics(options)).existing).toHaveLength(2);
  });

  it('refuses another number of partitions than the log has', async () => {
    const topics = [topic(unique(), {})];
    await ensureTopics({ brokers: [kafka], partitions: 2, topics });
    await expect(ensureTopics({ brokers: [kafka], partitions: 4, topics })).rejects.toThrow(
      /has 2, not 4 partitions[^]*PLUMBLINE_PARTITIONS/,
    );
  });

  it('reports a setting that differs, and leaves it alone', async () => {
    const name = unique();
    const brokers = [kafka];
    await ensureTopics({ brokers, partitions: 1, topics: [topic(name, { 'retention.ms': '5' })] });
    const topics = [topic(name, { 'retention.ms': '-1' })];
    const drift = [{ topic: name, setting: 'retention.ms', expected: '-1', actual: '5' }];
    expect((await ensureTopics({ brokers, partitions: 1, topics })).drift).toEqual(drift);
    expect((await ensureTopics({ brokers, partitions: 1, topics })).drift).toEqual(drift);
  });

  it('says which Kafka does not answer', async () => {
    await expect(ensureTopics({ brokers: ['127.0.0.1:9'], partitions: 1 })).rejects.toThrow(
      'cannot make the topics on 127.0.0.1:9',
    );
  });
});

describe('ensureRegistry', () => {
  it('sets a level under which a schema that old readers cannot read is refused', async () => {
    await ensureRegistry({ registryUrl });
    const subject = unique();
    const register = async (fields: readonly object[]) => {
      const schema = JSON.stringify({ type: 'record', name: 'R', fields });
      const response = await fetch(`${registryUrl}/subjects/${subject}/versions`, {
        method: 'POST',
        headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
        body: JSON.stringify({ schema }),
      });
      await response.arrayBuffer();
      return response.status;
    };
    expect(await register([{ name: 'a', type: 'string' }])).toBe(200);
    expect(await register([{ name: 'b', type: 'long' }])).toBe(409);
  });

  it('says which registry does not answer', async () => {
    await expect(ensureRegistry({ registryUrl: 'http://127.0.0.1:9/r' })).rejects.toThrow(
      'the schema registry at http://127.0.0.1:9/r/config does not answer',
    );
  });
});
