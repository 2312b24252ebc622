import type { AlertEnd, AlertNoted, IncidentsEvent } from '@plumbline/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as limits from './limits.ts';
import { ended, noteOf, openRuleTask, startMs } from './testing-notes.ts';

/** Which incident each alert is in, as the events have named it; each is named once. */
function membersIn(events: readonly IncidentsEvent[]): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  const twice: string[] = [];
  for (const { type, data } of events) {
    if (type === 'IncidentEnded') continue;
    for (const alertId of data.joined) {
      if (members.has(alertId)) twice.push(alertId);
      members.set(alertId, data.incidentId);
    }
  }
  expect(twice).toEqual([]);
  return members;
}

interface Standing {
  readonly end: AlertEnd | null;
  readonly amountMinor: bigint;
}

const lastOf = (events: readonly IncidentsEvent[], incidentId: string) =>
  events.findLast(({ data }) => data.incidentId === incidentId)?.data;

describe('the numbers of incidents', () => {
  const step = fc.record({
    alert: fc.nat(120),
    what: fc.constantFrom(
      ...(['raise', 'raise', 'raise', 'raise', 'raise', 'end'] as const),
      ...(['end', 'reopen', 'again', 'wait', 'long'] as const),
    ),
    partition: fc.nat(2),
    lateMs: fc.oneof({ arbitrary: fc.nat(3_000), weight: 9 }, fc.nat(90_000)),
    end: fc.constantFrom<AlertEnd>('RESOLVED', 'AUTO_RESOLVED', 'SUPERSEDED'),
  });

  it('are those of the alerts that their events name, however the notes come', () => {
    let opened = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 150, maxLength: 300 }), (steps) => {
        const task = openRuleTask();
        const standing = new Map<string, Standing & { readonly note: AlertNoted }>();
        const noted: AlertNoted[] = [];
        let atMs = 0;
        for (const { alert, what, partition, lateMs, end } of steps) {
          const alertId = `a${alert}`;
          const of = standing.get(alertId);
          const send = (note: AlertNoted): void => {
            noted.push(note);
            standing.set(alertId, {
              end: note.step === 'ENDED' ? note.end : null,
              amountMinor: note.amountMinor,
              note,
            });
            task.take(note);
          };
          const same =
            of === undefined
              ? {}
              : {
                  raisedAt: of.note.raisedAt,
                  amountMinor: of.amountMinor,
                  alertPartition: of.note.alertPartition,
                };
          if (what === 'wait') task.goTo((atMs += 700));
          else if (what === 'long') task.goTo((atMs += limits.settleMs));
          else if (what === 'again') task.take(...noted.slice(-(1 + (lateMs % 30))));
          else if (of === undefined) {
            const raisedAt = startMs + Math.max(0, atMs - lateMs);
            send(
              noteOf(alertId, {
                raisedAt,
                amountMinor: BigInt(alert + 1),
                alertPartition: partition,
              }),
            );
          } else if (what === 'end' && of.end === null) send(ended(alertId, { ...same, end }));
          else if (what === 'reopen' && of.end !== null) {
            send(noteOf(alertId, { ...same, step: 'REOPENED', end: of.end }));
          }
        }
        task.goTo(atMs + limits.flushMs);
        const members = membersIn(task.events());
        for (const incidentId of new Set(members.values())) {
          opened += 1;
          const own = [...standing].filter(([id]) => members.get(id) === incidentId);
          const count = (end: AlertEnd | null) => own.filter(([, each]) => each.end === end).length;
          const sum = (all: typeof own) =>
            all.reduce((total, [, each]) => total + each.amountMinor, 0n);
          expect(lastOf(task.events(), incidentId)).toMatchObject({
            counts: {
              ...{ members: own.length, open: count(null), resolved: count('RESOLVED') },
              ...{ autoResolved: count('AUTO_RESOLVED'), superseded: count('SUPERSEDED') },
            },
            money: [
              { amountMinor: sum(own), openMinor: sum(own.filter(([, { end }]) => end === null)) },
            ],
          });
        }
      }),
      { numRuns: 100 },
    );
    expect(opened).toBeGreaterThan(20);
  });

  it(
    'lose nothing of 100,000 alerts in a minute, in a state that does not grow',
    { timeout: 120_000 },
    () => {
      const task = openRuleTask();
      const total = 100_000;
      let bytes = 0;
      const replacer = (_: string, value: unknown) =>
        typeof value === 'bigint' ? `${value}` : value;
      const longId = (index: number) => `${index}`.padStart(36, '0');
      for (let index = 0; index < total; index += 1) {
        const afterMs = Math.floor((index * 60_000) / total);
        if (index % 100 === 0) task.goTo(afterMs);
        const over = { alertPartition: index % 32, raisedAt: startMs + afterMs };
        task.take(noteOf(longId(index), over));
        if (index % 2 === 0) task.take(ended(longId(index), over));
        if (index % 997 === 0) {
          bytes = Math.max(bytes, JSON.stringify(task.state(), replacer).length);
        }
      }
      task.goTo(61_000);
      const members = membersIn(task.events());
      expect(members.size).toBe(total);
      expect(new Set(members.values()).size).toBe(1);
      expect(task.events().at(-1)?.data).toMatchObject({
        counts: { members: total, open: total / 2, autoResolved: total / 2 },
        money: [{ amountMinor: 100n * BigInt(total), openMinor: 50n * BigInt(total) }],
      });
      expect(task.events().length).toBeLessThan(600);
      // 200 ids of 36 bytes, and the rest.
      expect(bytes).toBeLessThan(12_000);
    },
  );
});
