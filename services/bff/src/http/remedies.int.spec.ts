import { topics } from '@plumbline/events';
import { createSwitch } from '@plumbline/redis/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createAlertTask } from '../testing/alert-task.ts';
import { fine, refused } from '../testing/fake-service.ts';
import type { Browser, TestBff } from '../testing/open-test-bff.ts';
import { openTestBff } from '../testing/open-test-bff.ts';

const remedyId = '0b7c2f6e-1111-8222-9333-444455556666';
const at = '2026-01-01T00:00:00.000Z';
const remedy = {
  ...{ remedyId, alertId: 'a-1', rule: 'C', tenant: 'shop', orderNo: 'o-2', payNo: 'P-1' },
  ...{ kind: 'REFUND', status: 'WAITING', amount: 12.5, currency: 'CNY', reason: null },
  ...{ code: 'APPROVAL_MISSING', approvalsNeeded: 2, commandId: null, proof: null },
  ...{ approvedBy: ['operator:b'] },
  ...{ alertResolution: null, alertProof: null, proposedAt: at, startedAt: null, endedAt: null },
};
const step = {
  ...{ step: 'RemedyProposed', actor: 'system:remedies', reason: null, at },
  ...{ topic: 'remedies.events.v1', partition: 1, offset: '3' },
};
const policy = {
  ...{ tenant: 'shop', rule: 'C', mode: 'ACT', remedy: 'REFUND', dryRun: false, perHourMax: 3 },
  money: [{ currency: 'CNY', perRemedy: 10, perHour: 99.5, secondPersonAbove: 1 }],
  ...{ revision: 1, reason: 'so', setBy: 'operator:a', setAt: at, stopped: true },
  ...{ stopReason: 'wait', stopBy: 'operator:a', stopChangedAt: at },
};

const redis = createSwitch();
let bff: TestBff;
let operator: Browser;
let remedies: ReturnType<typeof createAlertTask>;
let desks: ReturnType<typeof createAlertTask>;

beforeAll(async () => {
  await redis.on();
  bff = await openTestBff({ redisUrl: redis.url });
  const { remediesCommands, remediesOutcomes, desksCommands, desksOutcomes } = topics;
  await bff.codec.prepare([remediesOutcomes.name, desksOutcomes.name]);
  remedies = createAlertTask(bff, {
    ...{ commands: remediesCommands.name, outcomes: remediesOutcomes.name },
  });
  desks = createAlertTask(bff, { commands: desksCommands.name, outcomes: desksOutcomes.name });
  operator = await bff.logIn('lin', ['operator']);
});
afterAll(async () => {
  await bff.close();
  await redis.off();
});
beforeEach(() => {
  bff.services.queries.answer = ({ path }) => {
    if (path.startsWith('/policies')) return fine({ policies: [policy] });
    if (path.startsWith(`/remedies/${remedyId}`)) return fine({ ...remedy, history: [step] });
    if (path.startsWith('/remedies/')) return refused(404, 'REMEDY_NOT_FOUND');
    return fine({ remedies: [remedy], nextCursor: null });
  };
  remedies.forget();
  desks.forget();
});

const say = (verb: string, body: unknown = { reason: 'yes' }, by = operator, id = remedyId) =>
  by.call({ path: `/api/remedies/${id}/${verb}`, body });

it.each([
  ['approve', 'ApproveRemedy'],
  ['reject', 'RejectRemedy'],
])('%s goes to the order that it mends, by whom and why', async (verb, type) => {
  const calling = say(verb, { reason: 'asked the bank' });
  const { key, envelope, payload } = await remedies.decide({});
  expect(key).toBe('shop/o-2');
  expect(envelope).toMatchObject({ type, actor: `operator:${operator.userId}`, subject: remedyId });
  expect(payload).toEqual({ type, data: { remedyId, reason: 'asked the bank' } });
  expect(await calling).toMatchObject({
    ...{ status: 200, json: { remedy: { ...remedy, history: [step] } } },
  });
});

it.each([
  ['stop', { rule: 'C' }, 'StopRemedies', 'C'],
  ['stop', {}, 'StopRemedies', null],
  ['resume', { rule: null }, 'ResumeRemedies', null],
])('%s with %j goes to the desk of the tenant', async (verb, body, type, rule) => {
  const all = { tenant: 'shop', reason: 'the gateway is ill', ...body };
  const calling = operator.call({ path: `/api/policies/${verb}`, body: all });
  const { key, envelope, payload } = await desks.decide({});
  expect([key, envelope.actor]).toEqual(['shop/remedies', `operator:${operator.userId}`]);
  expect(payload).toEqual({
    ...{ type, data: { tenant: 'shop', rule, reason: 'the gateway is ill' } },
  });
  expect(await calling).toMatchObject({ status: 200, json: { policies: [policy] } });
});

it.each([
  ['REMEDY_NOT_FOUND', 404],
  ['REMEDY_BEING_DECIDED', 409],
  ['REMEDY_STARTED', 409],
  ['REMEDY_ENDED', 409],
  ['APPROVALS_TOO_MANY', 409],
])('what is refused with %s is answered with %i', async (code, status) => {
  const calling = say('approve');
  await remedies.decide({ status: 'REJECTED', code, message: 'no' });
  expect(await calling).toMatchObject({ status, json: { code } });
});

it('shows operators remedies, one of them, and the policies', async () => {
  const get = async (path: string, by = operator) => (await by.call({ path })).json;
  expect(await get('/api/remedies?status=WAITING&alertId=a-1')).toMatchObject({
    remedies: [remedy],
  });
  expect(bff.services.queries.asked.at(-1)?.path).toBe('/remedies?status=WAITING&alertId=a-1');
  expect(await get(`/api/remedies/${remedyId}`)).toMatchObject({ remedy: { history: [step] } });
  expect(await get('/api/policies?tenant=shop')).toEqual({ policies: [policy] });
});

it('nothing is written for a buyer, of a remedy that there is not, and of bad bodies', async () => {
  const buyer = await bff.logIn('buyer', ['approver']);
  const stop = (body: unknown, by = operator) => by.call({ path: '/api/policies/stop', body });
  const calls = [
    [say('approve', undefined, buyer), 403],
    [say('approve', undefined, operator, 'none'), 404],
    [say('approve', { reason: '' }), 400],
    [say('approve', { reason: 'x', by: 'somebody else' }), 400],
    [say('start'), 404],
    [stop({ tenant: 'shop', reason: 'x' }, buyer), 403],
    [stop({ reason: 'x' }), 400],
    [stop({ tenant: 'a/b', reason: 'x' }), 400],
    [stop({ tenant: 'shop' }), 400],
    [buyer.call({ path: '/api/remedies' }), 403],
    [buyer.call({ path: '/api/policies' }), 403],
  ] as const;
  for (const [calling, status] of calls) expect((await calling).status).toBe(status);
  expect([...remedies.fresh(), ...desks.fresh()]).toEqual([]);
});
