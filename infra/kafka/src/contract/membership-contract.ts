import { describe, expect, test } from 'vitest';
import type { Assignment, Log, Membership } from '../log.ts';
import { eventually, pause, type LogHarness } from './harness.ts';

/** A member that writes down what it was told, and who says when two hold one partition. */
interface Witness {
  readonly membership: Membership;
  readonly told: Assignment[];
  current(): readonly number[];
}

export function describeMembership(harness: () => LogHarness): void {
  describe('a group', () => {
    const withinMs = 20_000;
    /** Who works on a partition right now, as the members themselves see it. */
    const owners = new Map<string, string>();

    const join = async (
      log: Log,
      groupId: string,
      options: { name: string; partitions?: number; slowMs?: number },
    ): Promise<Witness> => {
      const told: Assignment[] = [];
      let working: readonly number[] = [];
      let running = 0;
      const failures: Error[] = [];
      const membership = await log.join({
        groupId,
        topics: [],
        partitions: options.partitions ?? 4,
        onAssigned: async (assignment) => {
          running += 1;
          expect(running, 'onAssigned calls overlap').toBe(1);
          told.push(assignment);
          for (const gone of working.filter((each) => !assignment.partitions.includes(each))) {
            if (options.slowMs !== undefined) await pause(options.slowMs);
            owners.delete(`${groupId}/${gone}`);
          }
          for (const partition of assignment.partitions) {
            const key = `${groupId}/${partition}`;
            const owner = owners.get(key) ?? options.name;
            if (owner !== options.name) failures.push(new Error(`${key} is ${owner}'s`));
            owners.set(key, options.name);
          }
          working = assignment.partitions;
          running -= 1;
        },
        onFailed: (error) => failures.push(error),
      });
      return {
        membership,
        told,
        current: () => {
          expect(failures).toEqual([]);
          return told.at(-1)?.partitions ?? [];
        },
      };
    };

    test('gives everything to one member, and shares evenly and stickily with a second', async () => {
      const groupId = harness().uniqueName('share');
      const other = await harness().openAnotherClient();
      const first = await join(harness().log, groupId, { name: 'first', slowMs: 100 });
      await eventually(() => expect(first.current()).toEqual([0, 1, 2, 3]), withinMs);
      const second = await join(other, groupId, { name: 'second' });
      await eventually(() => {
        expect(first.current()).toHaveLength(2);
        expect(second.current()).toHaveLength(2);
      }, withinMs);
      const all = [...first.current(), ...second.current()].sort();
      expect(all).toEqual([0, 1, 2, 3]);
      const generations = first.told.map(({ generation }) => generation);
      expect(generations).toEqual([...generations].sort((a, b) => a - b));
      await Promise.all([first.membership.leave(), second.membership.leave()]);
      await other.close();
    });

    test('hands over when a member leaves, and moves nothing that can stay', async () => {
      const groupId = harness().uniqueName('leave');
      const other = await harness().openAnotherClient();
      const stays = await join(harness().log, groupId, { name: 'stays', partitions: 5 });
      await eventually(() => expect(stays.current()).toHaveLength(5), withinMs);
      const goes = await join(other, groupId, { name: 'goes', partitions: 5 });
      await eventually(() => expect(goes.current()).toHaveLength(2), withinMs);
      const third = await join(other, groupId, { name: 'third', partitions: 5 });
      await eventually(() => {
        const members = [stays, goes, third];
        expect(members.flatMap((each) => each.current()).sort()).toEqual([0, 1, 2, 3, 4]);
        expect(third.current()).toHaveLength(1);
      }, withinMs);
      const kept = stays.current();
      for (const partition of goes.current()) owners.delete(`${groupId}/${partition}`);
      await goes.membership.leave();
      await eventually(() => {
        const left = [...stays.current(), ...third.current()];
        expect(left.sort()).toEqual([0, 1, 2, 3, 4]);
      }, withinMs);
      expect(stays.current()).toEqual(expect.arrayContaining([...kept]));
      await Promise.all([stays.membership.leave(), third.membership.leave()]);
      await other.close();
    });

    test('confirms the generation that stands, no other, and none after leaving', async () => {
      const groupId = harness().uniqueName('confirm');
      const member = await join(harness().log, groupId, { name: 'only' });
      await eventually(() => expect(member.current()).toHaveLength(4), withinMs);
      const generation = member.told.at(-1)?.generation ?? -1;
      expect(await member.membership.confirm(generation)).toBe(true);
      expect(await member.membership.confirm(generation - 1)).toBe(false);
      expect(await member.membership.confirm(generation + 1)).toBe(false);
      await member.membership.leave();
      expect(await member.membership.confirm(generation)).toBe(false);
    });

    test('has the positions that its members report, and keeps them when they leave', async () => {
      const { log } = harness();
      const groupId = harness().uniqueName('report');
      const topic = await harness().createTopic(4);
      const other = await harness().openAnotherClient();
      const all = [0, 1, 2, 3].map((partition) => ({ topic, partition }));
      expect(await log.groupOffsets(groupId, all)).toEqual([]);
      const early = await join(log, groupId, { name: 'early' });
      await eventually(() => expect(early.current()).toHaveLength(4), withinMs);
      await early.membership.report([
        { topic, partition: 0, offset: 0n },
        { topic, partition: 1, offset: 7n },
      ]);
      await early.membership.report([{ topic, partition: 1, offset: 9n }]);
      await early.membership.report([]);
      const told = await other.groupOffsets(groupId, [...all].reverse());
      expect(told.map(({ partition, offset }) => [partition, offset]).sort()).toEqual([
        [0, 0n],
        [1, 9n],
      ]);
      await early.membership.leave();
      // Whoever left speaks for the group no more.
      await early.membership.report([{ topic, partition: 1, offset: 2n }]);
      expect(await log.groupOffsets(groupId, all.slice(1))).toEqual([
        { topic, partition: 1, offset: 9n },
      ]);
      const nobodys = { topic: harness().uniqueName('nowhere'), partition: 0 };
      expect(await log.groupOffsets(groupId, [nobodys, { topic, partition: 9 }])).toEqual([]);
      expect(await log.groupOffsets(groupId, [])).toEqual([]);
      await other.close();
    });
  });
}
