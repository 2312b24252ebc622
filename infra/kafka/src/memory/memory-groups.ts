import type { Assignment, Membership, MembershipOptions } from '../log.ts';
import { shareOut } from '../membership/assignment.ts';

interface Member {
  readonly id: string;
  readonly options: MembershipOptions;
  /** What it may be working on: what it was given, and what it has not yet let go of. */
  held: Set<number>;
  generation: number;
  /** Assignments that `onAssigned` has not been called with. */
  readonly waiting: Assignment[];
  running: boolean;
  /** Generation in which it last lost the group: older assignments say nothing any more. */
  lostAt: number;
  left: boolean;
}

interface Group {
  generation: number;
  members: Member[];
  nextMember: number;
}

/**
 * Groups without a clock: every change rebalances at once, members in the order in which they
 * joined, with the same cooperative hand-over as on Kafka (see {@link shareOut}).
 */
export class MemoryGroups {
  readonly #groups = new Map<string, Group>();

  join(options: MembershipOptions): Membership {
    const group = this.#groups.get(options.groupId) ?? {
      generation: 0,
      members: [],
      nextMember: 0,
    };
    this.#groups.set(options.groupId, group);
    group.nextMember += 1;
    const member: Member = {
      id: `member-${String(group.nextMember).padStart(9, '0')}`,
      options,
      held: new Set(),
      generation: 0,
      waiting: [],
      running: false,
      lostAt: 0,
      left: false,
    };
    group.members.push(member);
    this.#rebalance(group);
    return {
      confirm: (generation) => Promise.resolve(!member.left && member.generation === generation),
      leave: () => {
        this.#remove(group, member);
        return Promise.resolve();
      },
    };
  }

  /**
   * Every member of the group loses it, as after an expired session: each is told `member: false`,
   * forgets what it held and joins again.
   */
  expire(groupId: string): void {
    const group = this.#groups.get(groupId);
    if (group === undefined) return;
    group.generation += 1;
    for (const member of group.members) {
      member.held = new Set();
      member.generation = -1;
      member.lostAt = group.generation;
      this.#give(group, member, { generation: group.generation, partitions: [], member: false });
    }
    this.#rebalance(group);
  }

  /** Everybody leaves without being told, as when the processes end. */
  close(): void {
    for (const group of this.#groups.values()) {
      for (const member of group.members) member.left = true;
      group.members = [];
    }
  }

  #remove(group: Group, member: Member): void {
    if (member.left) return;
    member.left = true;
    group.members = group.members.filter((other) => other !== member);
    this.#rebalance(group);
  }

  #rebalance(group: Group): void {
    group.generation += 1;
    const first = group.members[0];
    if (first === undefined) return;
    const shares = shareOut({
      partitions: first.options.partitions,
      members: group.members.map((member) => ({
        memberId: member.id,
        generation: member.generation,
        owned: [...member.held],
      })),
    });
    for (const member of group.members) {
      const partitions = shares.get(member.id) ?? [];
      member.generation = group.generation;
      for (const partition of partitions) member.held.add(partition);
      this.#give(group, member, { generation: group.generation, partitions, member: true });
    }
  }

  #give(group: Group, member: Member, assignment: Assignment): void {
    // Only the newest assignment counts, but a loss of the group is never swallowed by it.
    if (member.waiting.at(-1)?.member === true && assignment.member) member.waiting.pop();
    member.waiting.push(assignment);
    if (member.running) return;
    member.running = true;
    void Promise.resolve().then(() => this.#drain(group, member));
  }

  async #drain(group: Group, member: Member): Promise<void> {
    for (let next = member.waiting.shift(); next !== undefined; next = member.waiting.shift()) {
      if (member.left) break;
      try {
        await member.options.onAssigned(next);
      } catch (error) {
        this.#remove(group, member);
        member.options.onFailed(error instanceof Error ? error : new Error(String(error)));
        break;
      }
      if (next.member) this.#letGo(group, member, next);
    }
    member.running = false;
  }

  #letGo(group: Group, member: Member, taken: Assignment): void {
    if (member.left || taken.generation < member.lostAt) return;
    const kept = new Set(taken.partitions);
    // A newer assignment may have added to what it holds while the old one was being taken in.
    for (const newer of member.waiting) for (const more of newer.partitions) kept.add(more);
    const letGo = [...member.held].some((partition) => !kept.has(partition));
    member.held = kept;
    if (letGo) this.#rebalance(group);
  }
}
