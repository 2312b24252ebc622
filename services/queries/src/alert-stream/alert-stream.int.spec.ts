import { randomUUID } from 'node:crypto';
import { topics } from '@plumbline/events';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { openTestProcess } from '@plumbline/runtime/testing';
import type { TestProcess } from '@plumbline/runtime/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { QueriesConfig } from '../config.ts';
import { schema } from '../config.ts';
import { openQueries } from '../wiring.ts';
import { createTestDatabase } from '../testing/open-test-queries.ts';
import { openSse } from './testing/sse-client.ts';
import { raisedAlert } from './testing/told-alerts.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let queries: TestProcess<QueriesConfig>;
let url = '';
/** Of this run alone: the topic is shared with other suites. */
const tenant = `t${randomUUID().slice(0, 8)}`;

async function start(): Promise<void> {
  queries = await openTestProcess<QueriesConfig>({
    ...{ service: 'queries', schema, open: openQueries },
    env: { PLUMBLINE_POSTGRES_URL: database.url },
  });
  ({ url } = queries);
}

beforeAll(async () => {
  database = await createTestDatabase();
  await start();
}, 120_000);
afterAll(async () => {
  await queries.close();
  await database.drop();
});

/** In transactions of some, as the alert task writes. */
async function raise(ids: readonly string[]): Promise<void> {
  const { log, codec } = queries.foundation;
  await codec.prepare([topics.alertsEvents.name]);
  const producer = await log.openTransactionalProducer({ transactionalId: `alerts-${tenant}` });
  const records = ids.map((id) => {
    const partition = partitionOfRecordKey(`${tenant}/O-${id}`, 4);
    return raisedAlert(codec, { id, tenant, partition, severity: 'CRITICAL' });
  });
  await producer.transact(records);
  await producer.close();
}

const ids = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}-${tenant}-${at}`);
const stream = (query: string, headers: Readonly<Record<string, string>> = {}) =>
  openSse(`${url}/alerts/stream?tenant=${tenant}&${query}`, headers);
const has = (client: Awaited<ReturnType<typeof stream>>, expected: readonly string[]) =>
  vi.waitFor(() => expect([...client.told()].sort()).toEqual([...expected].sort()), {
    timeout: 20_000,
  });

it('alerts on a real broker come once, and a client that comes back anywhere goes on', async () => {
  const first = await stream('from=end');
  const some = ids('a', 25);
  await raise(some);
  await has(first, some);
  const order = first.told();
  for (const [at, id] of first.positionsOfTold().entries()) {
    const again = await stream('from=beginning', { 'Last-Event-ID': id });
    await has(again, order.slice(at + 1));
    await again.close();
  }
  await first.close();
});

it('a client that was away over a restart is given what it missed, by after= as well', async () => {
  const before = await stream('from=end');
  await vi.waitFor(() => expect(before.position()).not.toBe(''));
  await before.close();
  const position = before.position();
  const some = ids('b', 400);
  await raise(some);
  const oldUrl = url;
  await queries.close();
  await start();
  expect(url).not.toBe(oldUrl);
  const after = await stream(`after=${encodeURIComponent(position)}&severity=CRITICAL&rule=A,B`);
  await has(after, some);
  const all = await stream('from=beginning');
  await vi.waitFor(() => expect(all.told()).toEqual(expect.arrayContaining([...some])), {
    timeout: 20_000,
  });
  expect(new Set(all.told()).size).toBe(all.told().length);
  await Promise.all([after.close(), all.close()]);
});

it('a server that stops sends its clients away with a position, at once', async () => {
  const client = await stream('from=end');
  await vi.waitFor(() => expect(client.position()).not.toBe(''));
  const startedAt = performance.now();
  await queries.close();
  expect(performance.now() - startedAt).toBeLessThan(8_000);
  await client.ended;
  expect(client.last()).toMatchObject({ event: 'end', id: client.position() });
  expect(client.last()?.data).toContain('SERVER_STOPS');
  await start();
});

it('what is asked for wrongly is refused with what is wrong', async () => {
  const known = await stream('from=end');
  await vi.waitFor(() => expect(known.position()).not.toBe(''));
  const [tag = ''] = known.position().split('.');
  await known.close();
  const refused = async (query: string): Promise<string> => {
    const { status, json } = await queries.get(`/alerts/stream?${query}`);
    return `${status} ${json.code}: ${json.message}`;
  };
  expect(await refused('after=nonsense')).toBe(
    '400 INVALID_PARAMETER: after: is not a position that was given',
  );
  expect(await refused('after=AAAAAAAA.0-0-0-0')).toMatch(/^409 POSITION_UNKNOWN/);
  expect(await refused(`after=${tag}.0-0-0-zzzzzzzz`)).toMatch(/^409 POSITION_UNKNOWN/);
  expect(await refused('severity=LOUD')).toMatch(/^400 .*severity: must be of INFO, /);
  expect(await refused('rule=A,,B')).toMatch(/^400 .*rule: must be a list such as A,B/);
  expect(await refused('from=tomorrow')).toMatch(/^400 INVALID_PARAMETER/);
  expect(await refused('position=x')).toMatch(/^400 .*unknown field "position"/);
});
