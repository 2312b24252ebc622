import type { IncidentsEvent } from '@plumbline/events';
import { describe, expect, it } from 'vitest';
import * as limits from './limits.ts';
import type { RuleTask } from './testing-notes.ts';
import { ended, noteOf, openRuleTask, startMs } from './testing-notes.ts';

const many = (count: number, prefix = 'a') =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);
const enough = many(limits.alertsToOpen);
const typesOf = (task: RuleTask) => task.events().map(({ type }) => type);
const newest = (task: RuleTask): IncidentsEvent['data'] | undefined => task.events().at(-1)?.data;
const idsOf = (task: RuleTask): readonly string[] => [
  ...new Set(task.events().map(({ data }) => data.incidentId)),
];

/** One incident, open, of as many alerts as it takes. */
function storm(): RuleTask {
  const task = openRuleTask();
  task.take(...enough.map((id) => noteOf(id)));
  return task;
}

describe('alerts of one rule', () => {
  it('are one matter once there are enough within the window', () => {
    const task = openRuleTask();
    task.take(...enough.slice(1).map((id) => noteOf(id)));
    expect(task.events()).toEqual([]);
    task.take(noteOf('last', { raisedAt: startMs + limits.windowMs - 1, currency: 'JPY' }));
    expect(task.events()).toMatchObject([
      {
        type: 'IncidentOpened',
        data: {
          ...{ rule: 'A', tenant: 'main', joined: [...enough.slice(1), 'last'] },
          ...{ firstAt: startMs, lastAt: startMs + limits.windowMs - 1, openedAt: startMs },
          counts: { members: limits.alertsToOpen, open: limits.alertsToOpen },
          money: [
            { currency: 'CNY', amountMinor: 1_900n, openMinor: 1_900n },
            { currency: 'JPY', amountMinor: 100n, openMinor: 100n },
          ],
        },
      },
    ]);
  });

  it('that come one after the other stay alone', () => {
    const task = openRuleTask();
    enough.forEach((id, index) => {
      const everyMs = limits.windowMs / (limits.alertsToOpen - 1);
      task.take(noteOf(id, { raisedAt: startMs + Math.ceil(index * everyMs) }));
    });
    expect(task.events()).toEqual([]);
    expect(task.state().pending).toHaveLength(limits.alertsToOpen - 1);
  });

  it('count as ended in an incident that opens after they have', () => {
    const task = openRuleTask();
    task.take(noteOf('a0'), ended('a0'), noteOf('a1'), ended('a1', { end: 'SUPERSEDED' }));
    task.take(noteOf('b'), ended('b'), noteOf('b', { step: 'REOPENED', end: 'AUTO_RESOLVED' }));
    task.take(...enough.slice(3).map((id) => noteOf(id)));
    const { alertsToOpen: members } = limits;
    expect(newest(task)).toMatchObject({
      counts: { members, open: members - 2, autoResolved: 1, superseded: 1 },
      money: [{ amountMinor: 2_000n, openMinor: 1_800n }],
    });
  });
});

describe('an open incident', () => {
  it('names those that join it, within a second', () => {
    const task = storm();
    task.take(noteOf('b', { raisedAt: startMs + 5, amountMinor: 7n }), noteOf('c'));
    expect(typesOf(task)).toEqual(['IncidentOpened']);
    task.goTo(limits.flushMs - 1);
    expect(typesOf(task)).toEqual(['IncidentOpened']);
    task.goTo(limits.flushMs);
    expect(task.events()[1]).toMatchObject({
      type: 'IncidentUpdated',
      data: {
        ...{ joined: ['b', 'c'], lastAt: startMs + 5, updatedAt: startMs + limits.flushMs },
        counts: { members: limits.alertsToOpen + 2 },
        money: [{ amountMinor: 2_107n }],
      },
    });
    expect(idsOf(task)).toHaveLength(1);
  });

  it.each([
    ['RESOLVED', 'resolved'],
    ['AUTO_RESOLVED', 'autoResolved'],
    ['SUPERSEDED', 'superseded'],
    ['WRITTEN_OFF', 'writtenOff'],
    ['SUPPRESSED', 'suppressed'],
  ] as const)('counts an alert that ends %s, and its money, until it is reopened', (end, count) => {
    const task = storm();
    const { alertsToOpen: members } = limits;
    task.take(ended('a3', { end }));
    task.goTo(limits.flushMs);
    expect(newest(task)).toMatchObject({
      ...{ joined: [], counts: { members, open: members - 1, [count]: 1 } },
      money: [{ amountMinor: 2_000n, openMinor: 1_900n }],
    });
    task.take(noteOf('a3', { step: 'REOPENED', end }));
    task.goTo(2 * limits.flushMs);
    expect(newest(task)).toMatchObject({
      ...{ counts: { members, open: members, [count]: 0 } },
      money: [{ amountMinor: 2_000n, openMinor: 2_000n }],
    });
  });

  it('counts nothing that has been noted before', () => {
    const task = storm();
    const once = [noteOf('b'), ended('b'), noteOf('c', { alertPartition: 3, alertOffset: 1n })];
    task.take(...once);
    const after = task.state();
    task.take(...once, ...once);
    expect(task.state()).toBe(after);
  });

  it('is no business of an alert that stands alone', () => {
    const task = openRuleTask();
    task.take(noteOf('alone'));
    task.take(...enough.map((id) => noteOf(id, { raisedAt: startMs + limits.windowMs })));
    const after = task.events().length;
    task.take(
      ended('alone'),
      noteOf('late', { raisedAt: startMs + 1 }),
      ended('late', { raisedAt: startMs + 1 }),
    );
    task.goTo(limits.flushMs);
    expect(task.events()).toHaveLength(after);
  });
});

describe('the end of an incident', () => {
  it('comes when all have ended and nothing more happened for a while', () => {
    const task = storm();
    task.goTo(5_000);
    task.take(...enough.map((id) => ended(id)));
    task.goTo(5_000 + limits.settleMs - 1);
    expect(typesOf(task)).toEqual(['IncidentOpened', 'IncidentUpdated']);
    task.goTo(5_000 + limits.settleMs);
    expect(task.events().at(-1)).toMatchObject({
      type: 'IncidentEnded',
      data: {
        reason: 'ALL_ENDED',
        counts: { open: 0 },
        endedAt: startMs + 5_000 + limits.settleMs,
      },
    });
  });

  it('comes when none came for long, and what its alerts do later is still told', () => {
    const task = storm();
    task.take(ended('a1'));
    task.goTo(limits.quietMs);
    expect(task.events().at(-1)).toMatchObject({
      type: 'IncidentEnded',
      data: { reason: 'QUIET' },
    });
    task.take(ended('a2'));
    task.goTo(limits.quietMs + limits.flushMs);
    expect(task.events().at(-1)).toMatchObject({
      type: 'IncidentUpdated',
      data: { counts: { open: limits.alertsToOpen - 2, autoResolved: 2 } },
    });
  });

  it('is not there while they come', () => {
    const task = storm();
    for (let atMs = limits.quietMs - 1; atMs < 5 * limits.quietMs; atMs += limits.quietMs - 1) {
      task.goTo(atMs);
      task.take(noteOf(`at${atMs}`, { raisedAt: startMs + atMs }));
    }
    expect(typesOf(task)).not.toContain('IncidentEnded');
  });

  it('lets what is raised later be an incident of its own, and what was raised before be of this one', () => {
    const task = storm();
    task.goTo(limits.quietMs);
    const raisedAt = startMs + limits.quietMs + 1;
    task.goTo(limits.quietMs + 10);
    task.take(...many(limits.alertsToOpen, 'b').map((id) => noteOf(id, { raisedAt })));
    expect(idsOf(task)).toHaveLength(2);
    task.take(noteOf('late', { raisedAt: startMs + 1_000 }));
    task.goTo(limits.quietMs + 10 + limits.flushMs);
    const [first] = idsOf(task);
    expect(newest(task)).toMatchObject({ incidentId: first, joined: ['late'] });
  });

  it('is forgotten after many others', () => {
    const task = openRuleTask();
    for (let round = 0; round <= limits.incidentsMax; round += 1) {
      const afterMs = round * 2 * limits.quietMs;
      task.goTo(afterMs);
      const raisedAt = startMs + afterMs;
      task.take(...many(limits.alertsToOpen, `r${round}-`).map((id) => noteOf(id, { raisedAt })));
    }
    expect(idsOf(task)).toHaveLength(limits.incidentsMax + 1);
    expect(task.state().incidents).toHaveLength(limits.incidentsMax);
    const before = task.state().incidents;
    task.take(ended('r0-1', { raisedAt: startMs }));
    expect(task.state().incidents).toEqual(before);
  });
});
