import type { CommandOutcome } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { AlertBff } from '../testing/open-alert-bff.ts';
import { openAlertBff } from '../testing/open-alert-bff.ts';
import { alert, queries, raised, shownOrder } from '../testing/shapes.ts';

const alertId = '0b7c2f6e-1111-8222-9333-444455556666';
const known = {
  orders: [shownOrder('o-2', null)],
  alerts: [{ ...alert(alertId, 'o-2'), tenant: 'other_app' }],
};
let at: AlertBff;
beforeAll(async () => {
  at = await openAlertBff(({ path }) => queries(path, known));
});
afterAll(() => at.close());
beforeEach(() => at.forget());

const decide = (outcome: Partial<CommandOutcome>) => at.task.decide(outcome);

const say = (verb: string, body: unknown = { reason: 'because' }, headers = {}, by = at.operator) =>
  by.call({ path: `/api/alerts/${alertId}/${verb}`, body, headers });

it.each([
  ['acknowledge', 'AcknowledgeAlert'],
  ['investigate', 'InvestigateAlert'],
  ['resolve', 'ResolveAlert'],
  ['reopen', 'ReopenAlert'],
])('%s becomes a command to the task that raised it, by whom and why', async (verb, type) => {
  const calling = say(verb, { reason: 'asked the bank' });
  const { key, envelope, payload } = await decide({});
  expect(key).toBe('other_app/o-2');
  expect(envelope).toMatchObject({
    type,
    actor: `operator:${at.operator.userId}`,
    subject: alertId,
  });
  expect(payload).toEqual({ type, data: { alertId, reason: 'asked the bank' } });
  const { status, json } = await calling;
  expect([status, json['alert']]).toEqual([200, { ...known.alerts[0], history: [raised] }]);
});

it.each([
  ['write-off', { loss: 12.5 }, { lossMinor: 1_250n, lossCurrency: 'CNY' }],
  ['write-off', { loss: '12', currency: 'JPY' }, { lossMinor: 12n, lossCurrency: 'JPY' }],
  ['write-off', {}, { lossMinor: null, lossCurrency: null }],
  ['suppress', { until: '2026-06-01T00:00:00+02:00' }, { until: Date.UTC(2026, 4, 31, 22) }],
  ['suppress', { until: null }, { until: null }],
  ['suppress', {}, { until: null }],
])('%s with %j says %o', async (verb, body, expected) => {
  const calling = say(verb, { reason: 'so it is', ...body });
  const { payload } = await decide({});
  expect(payload.data).toEqual({ alertId, reason: 'so it is', ...expected });
  expect((await calling).status).toBe(200);
});

it('is answered with the alert as it is after it, whatever the read model shows before', async () => {
  const topic = topics.alertsEvents.name;
  const partition = partitionOfRecordKey('other_app/o-2', 4);
  at.bff.log.appendRaw({ topic, partition, key: null, value: null, headers: {} });
  const calling = say('resolve');
  await decide({});
  expect((await calling).status).toBe(200);
  const places = at.bff.services.queries.asked.map(({ headers }) => headers['plumbline-position']);
  expect(places).toEqual([undefined, `${topic}:${partition}:0`]);
});

it('a repeat with the same key is the same command, another key or user another', async () => {
  const idOf = async (key: string, verb = 'resolve', by = at.operator) => {
    at.task.forget();
    const calling = say(verb, undefined, { 'Idempotency-Key': key }, by);
    const { envelope } = await decide({ status: 'UNCHANGED' });
    expect((await calling).status).toBe(200);
    return envelope.id;
  };
  const first = await idOf('k1');
  expect(await idOf('k1')).toBe(first);
  const other = await at.bff.logIn('wang', ['operator']);
  const others = [await idOf('k2'), await idOf('k1', 'reopen'), await idOf('k1', 'resolve', other)];
  expect(new Set([first, ...others]).size).toBe(4);
});

it.each([
  ['ALERT_NOT_FOUND', 404],
  ['ALERT_ENDED', 409],
  ['ALERT_NOT_ENDED', 409],
  ['ALERT_SUPERSEDED', 409],
  ['LOSS_INVALID', 409],
  ['NOTHING_AT_STAKE', 409],
  ['UNTIL_INVALID', 400],
])('what the task refuses with %s is answered with %i', async (code, status) => {
  const calling = say('reopen');
  await decide({ status: 'REJECTED', code, message: 'no' });
  expect(await calling).toMatchObject({ status, json: { code } });
});

it('an alert that there is not, a buyer, a page of another origin and bad bodies write nothing', async () => {
  const buyer = await at.bff.logIn('buyer', ['approver']);
  const calls = [
    [at.operator.call({ path: '/api/alerts/none/resolve', body: { reason: 'x' } }), 404],
    [say('resolve', undefined, {}, buyer), 403],
    [say('resolve', undefined, { Origin: 'http://elsewhere.example' }), 403],
    [say('resolve', undefined, { 'X-CSRF-Token': 'guessed' }), 403],
    [say('resolve', {}), 400],
    [say('resolve', { reason: '' }), 400],
    [say('resolve', { reason: 'x'.repeat(201) }), 400],
    [say('resolve', { reason: 'x', status: 'OPEN' }), 400],
    [say('resolve', { reason: 7 }), 400],
    [say('resolve', undefined, { 'Idempotency-Key': 'with space' }), 400],
    [say('forgive'), 404],
    [say('resolve', { reason: 'x', loss: 1 }), 400],
    [say('write-off', { reason: 'x', loss: 0 }), 400],
    [say('write-off', { reason: 'x', loss: 1.234 }), 400],
    [say('write-off', { reason: 'x', loss: 'all' }), 400],
    [say('write-off', { reason: 'x', loss: 1, currency: 'yuan' }), 400],
    [say('suppress', { reason: 'x', until: 'tomorrow' }), 400],
    [say('suppress', { reason: 'x', until: '2026-02-30T00:00:00' }), 400],
  ] as const;
  for (const [calling, status] of calls) expect((await calling).status).toBe(status);
  expect(at.task.fresh()).toEqual([]);
});
