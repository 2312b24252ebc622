import type { DesksEvent, RemediesEvent, RemedyPolicy } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestEvents } from './testing/open-test-queries.ts';
import type { TestWorld } from './testing/open-test-world.ts';
import { openTestWorld } from './testing/open-test-world.ts';
import { t0 } from './testing/story.ts';

const of = (n: number) => ({
  ...{ remedyId: `r-${n}`, alertId: `a-${n}`, rule: 'C', tenant: 'main', orderNo: `O-${n}` },
});
const proposed = (n: number): RemediesEvent => ({
  type: 'RemedyProposed',
  data: {
    ...{ ...of(n), kind: 'REFUND', payNo: 'P-1', amountMinor: 1_250n, currency: 'CNY' },
    ...{ sourceEventId: null, sourceTime: null, proposedAt: t0 + n },
  },
});
const proof = { eventId: 'e', type: 'RefundSucceeded', topic: topics.paymentsEvents.name };

const remedies: readonly RemediesEvent[] = [
  proposed(1),
  {
    type: 'RemedyHeld',
    data: { ...of(1), code: 'APPROVAL_MISSING', approvalsNeeded: 2, heldAt: t0 },
  },
  {
    type: 'RemedyApproved',
    data: { ...of(1), by: 'operator:a', reason: 'yes', isEnough: false, approvedAt: t0 },
  },
  proposed(2),
  { type: 'RemedyStarted', data: { ...of(2), kind: 'REFUND', commandId: 'c', startedAt: t0 } },
  { type: 'ChannelSwept', data: { ...of(2), payNos: ['P-1'], left: 3, sweptAt: t0 } },
  {
    type: 'RemedyEnded',
    data: { ...of(2), ending: 'DONE', code: null, reason: 'shown', proof, endedAt: t0 + 9 },
  },
  {
    type: 'RemedyAlertEnded',
    data: { ...of(2), resolution: 'RESOLVED', proof: { ...proof, eventId: 'a' }, endedAt: t0 },
  },
];

const money = [
  {
    ...{ currency: 'CNY', perRemedyMinor: 1_000n, perHourMinor: 9_999n },
    secondPersonAboveMinor: 50n,
  },
];
const policy: RemedyPolicy = {
  ...{ rule: 'C', mode: 'ACT', remedy: 'REFUND', perHourMax: 3, money, dryRun: true },
};
const desks: readonly DesksEvent[] = [
  {
    type: 'RemedyPolicySet',
    data: { tenant: 'main', policy, revision: 1, reason: 'so', setAt: t0 },
  },
  {
    type: 'RemediesStopped',
    data: { tenant: 'main', rule: 'C', reason: 'wait', stoppedAt: t0 },
  },
  {
    type: 'RemediesStopped',
    data: { tenant: 'main', rule: null, reason: 'all of it', stoppedAt: t0 },
  },
  {
    type: 'RemediesResumed',
    data: { tenant: 'main', rule: null, reason: 'go on', resumedAt: t0 + 5 },
  },
];

function tell(events: TestEvents): void {
  for (const payload of remedies)
    events.append(topics.remediesEvents.name, payload.data.orderNo, payload);
  for (const payload of desks) events.append(topics.desksEvents.name, 'remedies', payload);
}

let world: TestWorld;
beforeAll(async () => {
  world = await openTestWorld(tell);
});
afterAll(() => world.close());

const data = <T>(path: string): Promise<T> => world.data(path);

interface Page {
  readonly remedies: readonly { readonly remedyId: string }[];
  readonly nextCursor: string | null;
}
const idsOf = (page: Page) => page.remedies.map(({ remedyId }) => remedyId);

test('remedies are listed newest first, by where they stand, alert and order, in pages', async () => {
  expect(idsOf(await data('/remedies'))).toEqual(['r-2', 'r-1']);
  expect(idsOf(await data('/remedies?status=WAITING'))).toEqual(['r-1']);
  expect(idsOf(await data('/remedies?alertId=a-2'))).toEqual(['r-2']);
  expect(idsOf(await data('/remedies?orderNo=O-1&rule=C&tenant=main'))).toEqual(['r-1']);
  expect(idsOf(await data('/remedies?tenant=other'))).toEqual([]);
  const first = await data<Page>('/remedies?limit=1');
  const second = await data<Page>(`/remedies?limit=1&cursor=${String(first.nextCursor)}`);
  expect([idsOf(first), idsOf(second), second.nextCursor]).toEqual([['r-2'], ['r-1'], null]);
});

test('a remedy shows what it waits for, or what shows that it was done, and who said what', async () => {
  expect(await data('/remedies/r-1')).toMatchObject({
    ...{ status: 'WAITING', code: 'APPROVAL_MISSING', approvalsNeeded: 2, amount: 12.5 },
    history: [
      { step: 'RemedyProposed' },
      { step: 'RemedyHeld', reason: 'APPROVAL_MISSING' },
      { step: 'RemedyApproved', reason: 'yes' },
    ],
  });
  expect(await data('/remedies/r-2')).toMatchObject({
    ...{ status: 'DONE', code: null, proof, commandId: 'c', alertResolution: 'RESOLVED' },
    ...{ alertProof: { eventId: 'a' }, endedAt: '2026-01-01T00:00:00.009Z' },
    history: [
      'RemedyProposed',
      'RemedyStarted',
      'ChannelSwept',
      'RemedyEnded',
      'RemedyAlertEnded',
    ].map((step) => ({ step })),
  });
  expect((await world.queries.get('/remedies/none')).status).toBe(404);
});

test('policies show limits and stops, of one rule and of all', async () => {
  expect(await data('/policies?tenant=main')).toMatchObject({
    policies: [
      { rule: null, mode: null, stopped: false, stopReason: 'go on' },
      {
        ...{ rule: 'C', mode: 'ACT', dryRun: true, perHourMax: 3, stopped: true },
        money: [{ currency: 'CNY', perRemedy: 10, perHour: 99.99, secondPersonAbove: 0.5 }],
      },
    ],
  });
  expect(await data('/policies?tenant=other')).toEqual({ policies: [] });
});
