import type { GroupOffset, Membership, MembershipOptions, TopicPartition } from '../log.ts';
import { shareOut } from '../membership/assignment.ts';
import { Holdings } from '../membership/holdings.ts';

interface Member {
  readonly id: string;
  readonly options: MembershipOptions;
  readonly holdings: Holdings;
  generation: number;
}

interface Group {
  generation: number;
  members: Member[];
  joined: number;
  /** Reported positions, by topic and partition; they outlive the members. */
  readonly reported: Map<string, GroupOffset>;
}

/**
 * Groups without a clock: every change rebalances at once, members in the order in which they
 * joined, with the same cooperative hand-over as on Kafka (see {@link shareOut}).
 */
export class MemoryGroups {
  readonly #groups = new Map<string, Group>();

  join(options: MembershipOptions): Membership {
    const group = this.#groups.get(options.groupId) ?? newGroup();
    this.#groups.set(options.groupId, group);
    group.joined += 1;
    const member: Member = {
      id: `member-${String(group.joined).padStart(9, '0')}`,
      options,
      generation: -1,
      holdings: new Holdings({
        onAssigned: (assignment) => options.onAssigned(assignment),
        onLetGo: () => this.#rebalance(group),
        onError: (error) => {
          this.#remove(group, member);
          options.onFailed(error);
        },
      }),
    };
    group.members.push(member);
    this.#rebalance(group);
    return {
      confirm: (generation) =>
        Promise.resolve(group.members.includes(member) && member.generation === generation),
      report: (positions) => {
        const belongs = group.members.includes(member) && member.generation >= 0;
        if (belongs) for (const each of positions) group.reported.set(nameOf(each), { ...each });
        return Promise.resolve();
      },
      leave: () => {
        this.#remove(group, member);
        return Promise.resolve();
      },
    };
  }

  reported(groupId: string, partitions: readonly TopicPartition[]): readonly GroupOffset[] {
    const reported = this.#groups.get(groupId)?.reported;
    return partitions.flatMap((at) => reported?.get(nameOf(at)) ?? []);
  }

  /**
   * Every member of the group loses it, as after an expired session: each is told `member: false`,
   * forgets what it held and joins again.
   */
  expire(groupId: string): void {
    const group = this.#groups.get(groupId);
    if (group === undefined) return;
    for (const member of group.members) {
      const { generation } = member;
      member.generation = -1;
      member.holdings.assign({ generation, partitions: [], member: false });
    }
    this.#rebalance(group);
  }

  /** Everybody leaves without being told, as when the processes end. */
  close(): void {
    for (const group of this.#groups.values()) {
      for (const member of group.members) member.holdings.end();
      group.members = [];
    }
  }

  #remove(group: Group, member: Member): void {
    if (!group.members.includes(member)) return;
    member.holdings.end();
    group.members = group.members.filter((other) => other !== member);
    this.#rebalance(group);
  }

  #rebalance(group: Group): void {
    group.generation += 1;
    const { generation } = group;
    const [first] = group.members;
    if (first === undefined) return;
    const shares = shareOut({
      partitions: first.options.partitions,
      members: group.members.map((member) => ({
        memberId: member.id,
        generation: member.generation,
        owned: member.holdings.held(),
      })),
    });
    for (const member of group.members) {
      member.generation = generation;
      member.holdings.assign({ generation, partitions: shares.get(member.id) ?? [], member: true });
    }
  }
}

function newGroup(): Group {
  return { generation: 0, members: [], joined: 0, reported: new Map() };
}

function nameOf(at: TopicPartition): string {
  return `${at.topic}-${at.partition}`;
}
