import { topics } from '@plumbline/events';
import { describe, expect, it } from 'vitest';
import type { Place } from './finding.ts';
import type { Planted } from './testing-log.ts';
import { flipped, logOfEachTest, placeText, said, verified } from './testing-log.ts';
import { verifyLog } from './verify-log.ts';

const topic = topics.accountsEvents.name;
const changelog = topics.accountsChangelog.name;
const key = 'main/A1';
const world = logOfEachTest();

const credit = (n: number, planted?: Planted, account = key): Promise<Place> =>
  world.log.event(
    topic,
    account,
    {
      type: 'AccountCredited',
      data: {
        ...{ tenant: 'main', account: account.slice(5), entryId: `e${n}`, amountMinor: 100n },
        ...{ currency: 'CNY', reason: 'because', creditedAt: 1 },
      },
    },
    planted,
  );

describe('chains', () => {
  it('hold, with what their task remembers of each', async () => {
    for (const n of [1, 2, 3]) await credit(n);
    await credit(1, {}, 'main/A2');
    await world.log.head(changelog, key);
    await world.log.head(changelog, 'main/A2');
    const { exitCode, result } = await verified(world.session, 'chains');
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({
      ...{ state: 'holds', findings: [] },
      looked: { events: 4, aggregates: 2, heads: 2 },
    });
  });

  it("find a flipped byte in an event's value at the event after it, which names it", async () => {
    const first = await credit(1, { value: flipped });
    const second = await credit(2);
    await credit(3);
    const { exitCode, result } = await verified(world.session, 'chains');
    expect(exitCode).toBe(1);
    expect(said(result)).toEqual([`HASH_DIFFERS ${placeText(second)} ${key}`]);
    expect(result.findings[0]?.what).toContain(`of version 1 at offset ${first.offset}`);
  });

  it('find one in the newest event by what its task remembers', async () => {
    await credit(1);
    const last = await credit(2, { value: flipped });
    await world.log.head(changelog, key);
    const { result } = await verified(world.session, 'chains');
    expect(said(result)).toEqual([`HEAD_DIFFERS ${placeText(last)} ${key}`]);
  });

  it.each<readonly [string, Planted]>([
    ['key of the cause', { envelope: { causationId: 'c-other' } }],
    ['actor', { envelope: { actor: 'api:mallory' } }],
    ['time', { envelope: { timeMs: 2 } }],
  ])('find another %s', async (_what, planted) => {
    await credit(1, planted);
    const second = await credit(2);
    const { result } = await verified(world.session, 'chains');
    expect(said(result)).toEqual([`HASH_DIFFERS ${placeText(second)} ${key}`]);
  });

  it('find a version that is missing, in the middle and at the end', async () => {
    await credit(1);
    await credit(2, { lost: true });
    const third = await credit(3);
    await credit(4, { lost: true });
    await world.log.head(changelog, key);
    const { memory, memoryCodec: codec, signal } = world.session;
    const { parts } = await verifyLog({
      ...{ log: memory, codec, signal, parts: ['chains'], partition: null },
      ...{ nowMs: Date.now(), listed: 20, catchUpMs: 50 },
    });
    expect(parts.flatMap(said)).toEqual([
      `VERSION_MISSING ${placeText(third)} ${key}`,
      `END_MISSING - ${key}`,
    ]);
  });

  it('find a version that is repeated', async () => {
    const first = await credit(1);
    const [record] = world.session.memory.topicRecords(topic);
    if (record === undefined) throw new Error('it was written');
    const { baseOffset: offset } = world.session.memory.appendRaw(record);
    await credit(2);
    const { result } = await verified(world.session, 'chains');
    expect(said(result)).toEqual([`VERSION_REPEATED ${placeText({ ...first, offset })} ${key}`]);
  });

  it('find a wrong hash of the one before at its event, and at the one after', async () => {
    await credit(1);
    const second = await credit(2, { envelope: { previousHash: 'a'.repeat(64) } });
    const third = await credit(3);
    const { result } = await verified(world.session, 'chains');
    expect(said(result)).toEqual([
      `HASH_DIFFERS ${placeText(second)} ${key}`,
      `HASH_DIFFERS ${placeText(third)} ${key}`,
    ]);
  });

  it('find a chain that begins with another hash, and an event that is in none', async () => {
    const first = await credit(1, { envelope: { previousHash: 'b'.repeat(64) } });
    const loose = await credit(
      1,
      { envelope: { aggregateVersion: null, previousHash: null } },
      'main/A2',
    );
    const { result } = await verified(world.session, 'chains');
    expect([...said(result)].sort()).toEqual(
      [`HASH_DIFFERS ${placeText(first)} ${key}`, `NO_VERSION ${placeText(loose)} main/A2`].sort(),
    );
  });

  it('say what of the beginning is deleted, and start each chain where the log does', async () => {
    await credit(1);
    const second = await credit(2);
    await credit(3);
    world.session.memory.deleteBefore(second);
    const { result } = await verified(world.session, 'chains');
    expect(said(result)).toEqual([`BEGINNING_DELETED - ${topic}-${second.partition}`]);
  });

  it('say what cannot be read, and go on behind it where that is possible', async () => {
    const { partition } = await credit(1);
    const headers = { 'content-type': 'text/plain' };
    const { baseOffset: offset } = world.session.memory.appendRaw({
      ...{ topic, partition, key: Buffer.from(key), value: Buffer.from('?'), headers },
    });
    await credit(2);
    const { result } = await verified(world.session, 'chains');
    expect(said(result)).toEqual([`UNREADABLE ${placeText({ topic, partition, offset })} ${key}`]);
    world.session.memory.failNext('fetch-corrupt');
    const { exitCode, result: corrupt } = await verified(world.session, 'chains');
    expect(exitCode).toBe(1);
    expect(said(corrupt)[0]).toMatch(/^CORRUPT /);
  });

  it('list as many as asked for, and count all', async () => {
    for (let n = 1; n <= 30; n += 1) await credit(n, { lost: n % 2 === 0 });
    const { result } = await verified(world.session, 'chains');
    expect(result.findings).toHaveLength(14);
    expect(result.counts).toEqual({ VERSION_MISSING: 14 });
  });
});
