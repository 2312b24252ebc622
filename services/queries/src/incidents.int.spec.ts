import { topics } from '@plumbline/events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestWorld } from './testing/open-test-world.ts';
import { openTestWorld } from './testing/open-test-world.ts';
import { tellTheStory } from './testing/story.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await openTestWorld(tellTheStory);
});
afterAll(() => world.close());

const data = <T>(path: string): Promise<T> => world.data(path);

interface Page {
  readonly incidents: readonly { readonly incidentId: string }[];
  readonly nextCursor: string | null;
}
const idsOf = ({ incidents: page }: Page) => page.map(({ incidentId }) => incidentId);

test('incidents are listed newest first, by rule, tenant and status, in pages', async () => {
  expect(idsOf(await data('/incidents'))).toEqual(['i-v', 'i-a']);
  expect(idsOf(await data('/incidents?rule=A'))).toEqual(['i-a']);
  expect(idsOf(await data('/incidents?status=OPEN'))).toEqual(['i-a']);
  expect(idsOf(await data('/incidents?tenant=other'))).toEqual([]);
  const first = await data<Page>('/incidents?limit=1');
  expect(idsOf(first)).toEqual(['i-v']);
  const second = await data<Page>(`/incidents?limit=1&cursor=${String(first.nextCursor)}`);
  expect([idsOf(second), second.nextCursor]).toEqual([['i-a'], null]);
});

test('an incident has its numbers and its alerts, in pages', async () => {
  interface One {
    readonly alerts: readonly { readonly alertId: string }[];
    readonly nextCursor: string | null;
  }
  const first = await data<One>('/incidents/i-a?limit=2');
  expect(first).toMatchObject({
    incident: {
      ...{ incidentId: 'i-a', status: 'OPEN', endReason: null, endedAt: null },
      ...{ firstAt: '2026-01-01T00:00:00.000Z', lastAt: '2026-01-01T00:00:00.009Z' },
      ...{ alerts: 3, open: 1, autoResolved: 1, superseded: 1 },
      atStake: [{ currency: 'CNY', amount: 10, open: 4 }],
    },
    alerts: [{ alertId: 'alert-o5' }, { alertId: 'alert-o4', status: 'ACKNOWLEDGED' }],
  });
  const second = await data<One>(`/incidents/i-a?limit=2&cursor=${String(first.nextCursor)}`);
  expect(second).toMatchObject({ alerts: [{ alertId: 'alert-o1' }], nextCursor: null });
  expect(await data('/incidents/i-v')).toMatchObject({
    incident: { status: 'ENDED', endReason: 'ALL_ENDED', endedAt: '2026-01-01T00:00:00.030Z' },
  });
  expect(await world.queries.get('/incidents/none')).toMatchObject({
    ...{ status: 404, body: { code: 'INCIDENT_NOT_FOUND' } },
  });
});

test('an incident names its first alert, and where it stands in the log that it opened and ended', async () => {
  const topic = topics.incidentsEvents.name;
  const place = { topic, partition: expect.any(Number) as number };
  expect(await data('/incidents/i-a')).toMatchObject({
    incident: { firstAlertId: 'alert-o1', openedIn: { ...place, offset: '0' }, endedIn: null },
  });
  const { incident } = await data<{ incident: { openedIn: object; endedIn: object } }>(
    '/incidents/i-v',
  );
  expect(incident).toMatchObject({ firstAlertId: 'alert-o6', openedIn: place, endedIn: place });
  expect(incident.endedIn).not.toEqual(incident.openedIn);
});

test('the incident of an alert is found, and the remedies of its alerts with who approved them', async () => {
  expect(idsOf(await data('/incidents?alertId=alert-o4'))).toEqual(['i-a']);
  expect(idsOf(await data('/incidents?alertId=alert-o3'))).toEqual([]);
  expect(await data('/remedies?incidentId=i-v')).toMatchObject({
    remedies: [{ remedyId: 'r-v', approvedBy: ['api:test'] }],
    nextCursor: null,
  });
  expect(await data('/remedies?incidentId=i-a')).toMatchObject({ remedies: [] });
  expect(await data('/remedies/r-none')).toMatchObject({ approvedBy: [] });
});

test('what there is to look at counts an incident once', async () => {
  // Of rule A o4 stands in the incident, and o3 alone; of C one stands alone; of V none stands.
  expect(await data('/incidents/summary')).toEqual({
    matters: 3,
    rules: [
      { rule: 'A', matters: 2, incidents: 1, alertsInIncidents: 1, alertsAlone: 1 },
      { rule: 'C', matters: 1, incidents: 0, alertsInIncidents: 0, alertsAlone: 1 },
    ],
  });
  expect(await data('/incidents/summary?tenant=other')).toEqual({ matters: 0, rules: [] });
});
