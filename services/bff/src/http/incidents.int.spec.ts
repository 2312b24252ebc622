import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { FakeService } from '../testing/fake-service.ts';
import { fine, refused } from '../testing/fake-service.ts';
import type { AlertBff } from '../testing/open-alert-bff.ts';
import { openAlertBff } from '../testing/open-alert-bff.ts';
import type { Browser } from '../testing/open-test-bff.ts';
import { alert } from '../testing/shapes.ts';

const time = '2026-01-01T00:00:00.000Z';
const incident = {
  ...{ incidentId: 'i-1', rule: 'A', tenant: 'main', status: 'OPEN', endReason: null },
  ...{ firstAlertId: 'a-1', firstAt: time, lastAt: time, openedAt: time, endedAt: null },
  ...{ openedIn: { topic: 'incidents.events.v1', partition: 1, offset: '3' }, endedIn: null },
  ...{ alerts: 5, open: 2, resolved: 1, autoResolved: 0, superseded: 0 },
  ...{ writtenOff: 1, suppressed: 1, atStake: [{ currency: 'CNY', amount: 12.5, open: 0.1 }] },
};
const matters = {
  matters: 2,
  rules: [{ rule: 'A', matters: 2, incidents: 1, alertsInIncidents: 2, alertsAlone: 1 }],
};
const inStatus = (alertId: string, status: string) => ({
  ...alert(alertId, `o-${alertId}`),
  status,
});
const members = [
  ...[inStatus('a-5', 'OPEN'), inStatus('a-4', 'ACKNOWLEDGED'), inStatus('a-3', 'RESOLVED')],
  ...[inStatus('a-2', 'SUPPRESSED'), inStatus('a-1', 'WRITTEN_OFF'), inStatus('a-0', 'SUPERSEDED')],
  inStatus('a-9', 'AUTO_RESOLVED'),
];

const answer: FakeService['answer'] = ({ path }) => {
  if (path.startsWith('/incidents/summary')) return fine(matters);
  if (path.startsWith('/incidents/i-1'))
    return fine({ incident, alerts: members, nextCursor: '1767225600000_6f31' });
  if (path.startsWith('/incidents/')) return refused(404, 'INCIDENT_NOT_FOUND');
  return fine({ incidents: [incident], nextCursor: null });
};

let at: AlertBff;
beforeAll(async () => {
  at = await openAlertBff(answer);
});
afterAll(() => at.close());
beforeEach(() => at.forget());

const askedLast = () => at.bff.services.queries.asked.at(-1)?.path;
const path = '/api/incidents/i-1/actions';
const act = (body: object, headers = {}, by = at.operator, to = path) =>
  by.call({ path: to, body: { reason: 'one outage', ...body }, headers });
const nowIs = (status: string) => ({ answer: JSON.stringify({ status }) });

it('shows operators incidents, one with its alerts, and what there is to look at', async () => {
  const get = async (of: string) => (await at.operator.call({ path: of })).json;
  expect(await get('/api/incidents?status=OPEN&alertId=a-1')).toEqual({
    ...{ incidents: [incident], nextCursor: null },
  });
  expect(askedLast()).toBe('/incidents?status=OPEN&alertId=a-1');
  expect(await get('/api/incidents/i-1?limit=7')).toMatchObject({
    ...{ incident, alerts: [{ alertId: 'a-5' }, {}, {}, {}, {}, {}, {}] },
    nextCursor: '1767225600000_6f31',
  });
  expect(askedLast()).toBe('/incidents/i-1?limit=7');
  expect(await get('/api/incidents/summary?tenant=main')).toEqual(matters);
});

it.each([
  ['acknowledge', ['a-5'], { type: 'AcknowledgeAlert' }],
  ['investigate', ['a-4', 'a-5'], { type: 'InvestigateAlert' }],
  ['resolve', ['a-4', 'a-5'], { type: 'ResolveAlert' }],
  ['suppress', ['a-4', 'a-5'], { type: 'SuppressAlert', data: { until: null } }],
  ['reopen', ['a-2', 'a-3'], { type: 'ReopenAlert' }],
])('%s is said of those that it can be said of', async (action, ids, payload) => {
  const calling = act({ action });
  const commands = await at.task.decideEach(ids.length, () => nowIs('OPEN'));
  expect(commands.map(({ key }) => key).sort()).toEqual(ids.map((id) => `main/o-${id}`));
  for (const each of commands) expect(each.payload).toMatchObject(payload);
  expect(await calling).toMatchObject({
    ...{ status: 200, json: { done: ids.length, nextCursor: '1767225600000_6f31' } },
  });
});

it('goes on where the cursor leads, with what became of each', async () => {
  const calling = act({ action: 'resolve', cursor: '1767225600000_6f31' });
  await at.task.decideEach(2, (alertId) =>
    alertId === 'a-5'
      ? nowIs('RESOLVED')
      : { status: 'REJECTED', code: 'ALERT_ENDED', message: 'no' },
  );
  expect((await calling).json).toMatchObject({
    done: 1,
    results: [
      { alertId: 'a-5', outcome: 'DONE', status: 'RESOLVED' },
      { alertId: 'a-4', outcome: 'REFUSED', code: 'ALERT_ENDED' },
    ],
  });
  expect(askedLast()).toBe('/incidents/i-1?limit=100&cursor=1767225600000_6f31');
});

it('a repeat under the same key is the same commands, and another person’s are others', async () => {
  const lou = await at.bff.logIn('lou', ['operator']);
  const idsOf = async (by: Browser, key: string) => {
    at.task.forget();
    const calling = act({ action: 'acknowledge' }, { 'Idempotency-Key': key }, by);
    const commands = await at.task.decideEach(1, () => nowIs('ACKNOWLEDGED'));
    await calling;
    return commands.map(({ envelope }) => envelope.id);
  };
  const first = await idsOf(at.operator, 'k');
  expect(await idsOf(at.operator, 'k')).toEqual(first);
  expect(await idsOf(at.operator, 'l')).not.toEqual(first);
  expect(await idsOf(lou, 'k')).not.toEqual(first);
});

it('nothing is written for a buyer, of an incident that there is not, and of bad bodies', async () => {
  const buyer = await at.bff.logIn('buyer', ['approver']);
  const none = '/api/incidents/none/actions';
  const calls = [
    [act({ action: 'resolve' }, {}, buyer), 403],
    [act({ action: 'resolve' }, { 'X-CSRF-Token': 'none' }), 403],
    [act({ action: 'resolve' }, {}, at.operator, none), 404],
    [act({ action: 'resolve', reason: '' }), 400],
    [act({ action: 'write-off' }), 400],
    [act({ action: 'resolve', cursor: 'x' }), 400],
    [act({ action: 'resolve', alertIds: ['a-1'] }), 400],
    [buyer.call({ path: '/api/incidents' }), 403],
    [buyer.call({ path: '/api/incidents/i-1' }), 403],
    [buyer.call({ path: '/api/incidents/summary' }), 403],
    [at.operator.call({ path: '/api/incidents?status=SHUT' }), 400],
  ] as const;
  for (const [calling, status] of calls) expect((await calling).status).toBe(status);
  expect(at.task.fresh()).toEqual([]);
});
