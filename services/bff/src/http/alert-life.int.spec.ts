import type { AlertsCommand, CommandOutcome } from '@plumbline/events';
import { decodeEnvelope, encodeEnvelope, topics } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { createSwitch } from '@plumbline/redis/testing';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Browser, TestBff } from '../testing/open-test-bff.ts';
import { openTestBff } from '../testing/open-test-bff.ts';
import { alert, queries, raised, shownOrder } from '../testing/shapes.ts';

const alertId = '0b7c2f6e-1111-8222-9333-444455556666';
const known = {
  orders: [shownOrder('o-2', null)],
  alerts: [{ ...alert(alertId, 'o-2'), tenant: 'other_app' }],
};
const redis = createSwitch();
let bff: TestBff;
let operator: Browser;
let seen: ReadonlySet<string> = new Set();

beforeAll(async () => {
  await redis.on();
  bff = await openTestBff({ redisUrl: redis.url });
  await bff.codec.prepare([topics.alertsOutcomes.name]);
  operator = await bff.logIn('lin', ['operator']);
});
afterAll(async () => {
  await bff.close();
  await redis.off();
});
beforeEach(() => {
  bff.services.queries.answer = ({ path }) => queries(path, known);
  bff.services.queries.asked.length = 0;
  forget();
});

const written = (): readonly LogRecord[] => bff.log.topicRecords(topics.alertsCommands.name);
const placeOf = ({ partition, offset }: LogRecord): string => `${partition}:${offset}`;
const fresh = () => written().filter((record) => !seen.has(placeOf(record)));
const forget = () => (seen = new Set(written().map(placeOf)));

/** The command that the call writes. */
async function commandOf() {
  await vi.waitFor(() => expect(fresh()).toHaveLength(1), 2_000);
  const [record] = fresh();
  if (record === undefined || record.value === null) throw new Error('no command');
  const payload = bff.codec.decode(record.topic, record.value) as AlertsCommand;
  const envelope = decodeEnvelope(record.headers);
  return { record, payload, envelope, key: record.key?.toString() ?? '' };
}

/** Decides it as the alert task would. */
async function decide(
  outcome: Partial<CommandOutcome>,
): Promise<Awaited<ReturnType<typeof commandOf>>> {
  const command = await commandOf();
  const { key, envelope, record } = command;
  const data: CommandOutcome = {
    ...{ commandId: envelope.id, commandType: envelope.type, fingerprint: 'f' },
    ...{ status: 'ACCEPTED', code: null, message: null, details: null, events: [] },
    ...{ aggregateVersion: 2n, answer: null, commandPartition: record.partition },
    ...{ commandOffset: record.offset, commandIncarnation: 'test' },
    ...outcome,
  };
  const topic = topics.alertsOutcomes.name;
  bff.log.appendRaw({
    ...{ topic, partition: partitionOfRecordKey(key, 4), key: Buffer.from(key) },
    value: bff.codec.encode(topic, { type: 'CommandOutcome', data }),
    headers: encodeEnvelope({
      ...envelope,
      ...{ id: `outcome-${envelope.id}`, type: 'CommandOutcome', causationId: envelope.id },
    }),
  });
  return command;
}

const say = (verb: string, body: unknown = { reason: 'because' }, headers = {}, by = operator) =>
  by.call({ path: `/api/alerts/${alertId}/${verb}`, body, headers });

it.each([
  ['acknowledge', 'AcknowledgeAlert'],
  ['resolve', 'ResolveAlert'],
  ['reopen', 'ReopenAlert'],
])('%s becomes a command to the task that raised it, by whom and why', async (verb, type) => {
  const calling = say(verb, { reason: 'asked the bank' });
  const { key, envelope, payload } = await decide({});
  expect(key).toBe('other_app/o-2');
  expect(envelope).toMatchObject({ type, actor: `operator:${operator.userId}`, subject: alertId });
  expect(payload).toEqual({ type, data: { alertId, reason: 'asked the bank' } });
  const { status, json } = await calling;
  expect([status, json['alert']]).toEqual([200, { ...known.alerts[0], history: [raised] }]);
});

it('is answered with the alert as it is after it, whatever the read model shows before', async () => {
  const topic = topics.alertsEvents.name;
  const partition = partitionOfRecordKey('other_app/o-2', 4);
  bff.log.appendRaw({ topic, partition, key: null, value: null, headers: {} });
  const calling = say('resolve');
  await decide({});
  expect((await calling).status).toBe(200);
  const places = bff.services.queries.asked.map(({ headers }) => headers['plumbline-position']);
  expect(places).toEqual([undefined, `${topic}:${partition}:0`]);
});

it('a repeat with the same key is the same command, another key or user another', async () => {
  const idOf = async (key: string, verb = 'resolve', by = operator) => {
    forget();
    const calling = say(verb, undefined, { 'Idempotency-Key': key }, by);
    const { envelope } = await decide({ status: 'UNCHANGED' });
    expect((await calling).status).toBe(200);
    return envelope.id;
  };
  const first = await idOf('k1');
  expect(await idOf('k1')).toBe(first);
  const other = await bff.logIn('wang', ['operator']);
  const others = [await idOf('k2'), await idOf('k1', 'reopen'), await idOf('k1', 'resolve', other)];
  expect(new Set([first, ...others]).size).toBe(4);
});

it.each([
  ['ALERT_NOT_FOUND', 404],
  ['ALERT_ENDED', 409],
  ['ALERT_NOT_ENDED', 409],
  ['ALERT_SUPERSEDED', 409],
])('what the task refuses with %s is answered with %i', async (code, status) => {
  const calling = say('reopen');
  await decide({ status: 'REJECTED', code, message: 'no' });
  expect(await calling).toMatchObject({ status, json: { code } });
});

it('an alert that there is not, a buyer, a page of another origin and bad bodies write nothing', async () => {
  const buyer = await bff.logIn('buyer', ['approver']);
  const calls = [
    [operator.call({ path: '/api/alerts/none/resolve', body: { reason: 'x' } }), 404],
    [say('resolve', undefined, {}, buyer), 403],
    [say('resolve', undefined, { Origin: 'http://elsewhere.example' }), 403],
    [say('resolve', undefined, { 'X-CSRF-Token': 'guessed' }), 403],
    [say('resolve', {}), 400],
    [say('resolve', { reason: '' }), 400],
    [say('resolve', { reason: 'x'.repeat(201) }), 400],
    [say('resolve', { reason: 'x', status: 'OPEN' }), 400],
    [say('resolve', { reason: 7 }), 400],
    [say('resolve', undefined, { 'Idempotency-Key': 'with space' }), 400],
    [say('write-off'), 404],
  ] as const;
  for (const [calling, status] of calls) expect((await calling).status).toBe(status);
  expect(fresh()).toEqual([]);
});
