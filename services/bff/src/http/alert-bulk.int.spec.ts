import type { CommandOutcome } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import * as limits from '../limits.ts';
import type { AlertBff } from '../testing/open-alert-bff.ts';
import { openAlertBff } from '../testing/open-alert-bff.ts';
import { alert, queries } from '../testing/shapes.ts';

const ids = ['a-1', 'a-2', 'a-3'];
const known = {
  orders: [],
  // Two of one order: each is told apart by its id alone.
  alerts: ids.map((alertId) => alert(alertId, alertId === 'a-3' ? 'o-3' : 'o-1')),
};
let at: AlertBff;
beforeAll(async () => {
  at = await openAlertBff(({ path }) => queries(path, known));
});
afterAll(() => at.close());
beforeEach(() => at.forget());

const path = '/api/alerts/actions';
const act = (body: object = {}, headers = {}, by = at.operator) => {
  const asked = { action: 'resolve', alertIds: ids, reason: 'one outage', ...body };
  return by.call({ path, body: asked, headers });
};
const nowIs = (status: string, outcome: Partial<CommandOutcome> = {}) => ({
  ...{ answer: JSON.stringify({ status }), ...outcome },
});

it('each of several alerts is decided by itself, and answered in the order that was asked', async () => {
  const calling = act();
  const commands = await at.task.decideEach(3, (alertId) => {
    if (alertId === 'a-1') return nowIs('RESOLVED');
    if (alertId === 'a-2') return { status: 'REJECTED', code: 'ALERT_ENDED', message: 'no' };
    return nowIs('RESOLVED', { status: 'UNCHANGED' });
  });
  expect(commands.map(({ key }) => key).sort()).toEqual(['main/o-1', 'main/o-1', 'main/o-3']);
  expect(new Set(commands.map(({ envelope: { actor } }) => actor))).toEqual(
    new Set([`operator:${at.operator.userId}`]),
  );
  const { status, json } = await calling;
  expect(status).toBe(200);
  const decided = { code: null, message: null };
  expect(json).toEqual({
    done: 1,
    results: [
      { alertId: 'a-1', outcome: 'DONE', status: 'RESOLVED', ...decided },
      { alertId: 'a-2', outcome: 'REFUSED', status: null, code: 'ALERT_ENDED', message: 'no' },
      { alertId: 'a-3', outcome: 'UNCHANGED', status: 'RESOLVED', ...decided },
    ],
  });
});

it.each([
  ['suppress', { until: '2026-06-01T00:00:00Z' }, { until: Date.UTC(2026, 5, 1) }],
  ['write-off', {}, { lossMinor: null, lossCurrency: null }],
  ['reopen', {}, {}],
])('%s is said of all with the same reason', async (action, body, more) => {
  const calling = act({ action, ...body });
  const commands = await at.task.decideEach(3, () => nowIs('OPEN'));
  for (const { payload, envelope } of commands) {
    const { subject: alertId } = envelope;
    expect(payload.data).toEqual({ alertId, reason: 'one outage', ...more });
  }
  expect((await calling).json['done']).toBe(3);
});

it('a repeat with the same key is the same commands, of each alert one', async () => {
  const idsOf = async (key: string) => {
    at.task.forget();
    const calling = act({}, { 'Idempotency-Key': key });
    const commands = await at.task.decideEach(3, () => nowIs('RESOLVED'));
    expect((await calling).status).toBe(200);
    return commands.map(({ envelope: { id } }) => id).sort();
  };
  const first = await idsOf('k1');
  expect(new Set(first).size).toBe(3);
  expect(await idsOf('k1')).toEqual(first);
  expect((await idsOf('k2')).some((id) => first.includes(id))).toBe(false);
});

it('an alert that there is not is refused, and the others are decided', async () => {
  const calling = act({ alertIds: ['none', 'a-1'] });
  await at.task.decideEach(1, () => nowIs('RESOLVED'));
  expect((await calling).json).toMatchObject({
    done: 1,
    results: [
      { alertId: 'none', outcome: 'REFUSED', code: 'ALERT_NOT_FOUND' },
      { alertId: 'a-1', outcome: 'DONE' },
    ],
  });
});

it('a place to read from comes with what changed, and with nothing else', async () => {
  const topic = topics.alertsEvents.name;
  for (let partition = 0; partition < 4; partition += 1) {
    at.bff.log.appendRaw({ topic, partition, key: null, value: null, headers: {} });
  }
  const changing = act();
  await at.task.decideEach(3, () => nowIs('RESOLVED'));
  expect((await changing).headers.get('plumbline-position')).toMatch(/^alerts\.\S+:\d:\d+(,|$)/);
  at.task.forget();
  const keeping = act();
  await at.task.decideEach(3, () => nowIs('RESOLVED', { status: 'UNCHANGED' }));
  expect((await keeping).headers.get('plumbline-position')).toBe(null);
});

it('bad bodies, a buyer and a page of another origin write nothing', async () => {
  const buyer = await at.bff.logIn('buyer', ['approver']);
  const many = Array.from({ length: limits.alertsAtOnceMax + 1 }, (_, n) => `a${n}`);
  const calls = [
    [act({}, {}, buyer), 403],
    [act({}, { Origin: 'http://elsewhere.example' }), 403],
    [act({ action: 'forgive' }), 400],
    [act({ alertIds: [] }), 400],
    [act({ alertIds: many }), 400],
    [act({ alertIds: ['a-1', 'a-1'] }), 400],
    [act({ alertIds: 'a-1' }), 400],
    [act({ reason: '' }), 400],
    [act({ loss: 1 }), 400],
    [act({ until: 'tomorrow' }), 400],
  ] as const;
  for (const [calling, status] of calls) expect((await calling).status).toBe(status);
  expect(at.task.fresh()).toEqual([]);
});
