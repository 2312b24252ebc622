import type { GroupOffset, MemberClaim, TopicPartition } from '@plumbline/kafka';
import { rebalanceTimeoutMs, sessionTimeoutMs, shareOut } from '@plumbline/kafka';
import type { History } from './history.ts';
import type { Scheduler } from './scheduler.ts';

/** How often the coordinator looks for members that are silent. */
const scanMs = 250;

export interface Share {
  readonly memberId: string;
  readonly generation: number;
  readonly partitions: readonly number[];
}

export type HeartbeatAnswer = 'stays' | 'rebalance' | 'unknown';

interface Member {
  readonly id: string;
  claim: Omit<MemberClaim, 'memberId'>;
  lastHeardMs: number;
  /** Waits for the others to join; null when it does not. */
  resolve: ((share: Share | 'unknown') => void) | null;
}

interface Group {
  generation: number;
  joined: number;
  readonly partitions: number;
  readonly members: Map<string, Member>;
  /** Ids that were given out and have not joined yet. */
  readonly expected: Set<string>;
  readonly reported: Map<string, GroupOffset>;
  /** Since when it waits for members to join; null when it is stable. */
  preparingSinceMs: number | null;
}

/**
 * The broker's side of the groups, in virtual time: a member that joins or goes makes the others join
 * again, which they learn with their next heartbeat, and the shares are given out when all have.
 * Join and sync are one request here.
 */
export class GroupCoordinator {
  readonly #scheduler: Scheduler;
  readonly #history: History;
  readonly #groups = new Map<string, Group>();
  #isScanning = false;

  constructor(scheduler: Scheduler, history: History) {
    this.#scheduler = scheduler;
    this.#history = history;
  }

  names(): readonly string[] {
    return [...this.#groups.keys()];
  }

  /** An id for a member to come, as MEMBER_ID_REQUIRED gives it. */
  newMemberId(groupId: string, partitions: number): string {
    const group = this.#group(groupId, partitions);
    group.joined += 1;
    const memberId = `member-${String(group.joined).padStart(6, '0')}`;
    group.expected.add(memberId);
    return memberId;
  }

  join(of: {
    readonly groupId: string;
    readonly partitions: number;
    readonly memberId: string;
    readonly claim: Omit<MemberClaim, 'memberId'>;
  }): Promise<Share | 'unknown'> {
    const group = this.#group(of.groupId, of.partitions);
    const isKnown = group.members.has(of.memberId) || group.expected.delete(of.memberId);
    if (!isKnown) return Promise.resolve('unknown');
    this.#scan();
    return new Promise((resolve) => {
      const nowMs = this.#scheduler.nowMs();
      const member = group.members.get(of.memberId) ?? {
        ...{ id: of.memberId, claim: of.claim, lastHeardMs: nowMs, resolve: null },
      };
      member.claim = of.claim;
      member.lastHeardMs = nowMs;
      member.resolve = resolve;
      group.members.set(member.id, member);
      group.preparingSinceMs ??= nowMs;
      this.#shareWhenComplete(of.groupId, group);
    });
  }

  heartbeat(groupId: string, memberId: string, generation: number): HeartbeatAnswer {
    const group = this.#groups.get(groupId);
    const member = group?.members.get(memberId);
    if (group === undefined || member === undefined || generation !== group.generation) {
      return 'unknown';
    }
    member.lastHeardMs = this.#scheduler.nowMs();
    return group.preparingSinceMs === null ? 'stays' : 'rebalance';
  }

  leave(groupId: string, memberId: string): void {
    const group = this.#groups.get(groupId);
    if (group?.members.has(memberId)) this.#remove(groupId, group, memberId);
  }

  /** Takes positions from a member of the generation that stands, and from nobody else. */
  report(of: {
    readonly groupId: string;
    readonly memberId: string;
    readonly generation: number;
    readonly positions: readonly GroupOffset[];
  }): void {
    const group = this.#groups.get(of.groupId);
    if (group?.generation !== of.generation || !group.members.has(of.memberId)) return;
    for (const each of of.positions) group.reported.set(`${each.topic}-${each.partition}`, each);
  }

  offsets(groupId: string, partitions: readonly TopicPartition[]): readonly GroupOffset[] {
    const reported = this.#groups.get(groupId)?.reported;
    return partitions.flatMap(({ topic, partition }) => {
      const offset = reported?.get(`${topic}-${partition}`);
      return offset === undefined ? [] : [offset];
    });
  }

  /** All must join again, as when somebody else came and went. */
  rebalance(groupId: string): void {
    const group = this.#groups.get(groupId);
    if (group !== undefined && group.members.size > 0) {
      group.preparingSinceMs ??= this.#scheduler.nowMs();
    }
  }

  /** Nobody is a member any more, as after a session in which no heartbeat got through. */
  expire(groupId: string): void {
    const group = this.#groups.get(groupId);
    for (const memberId of [...(group?.members.keys() ?? [])]) this.leave(groupId, memberId);
  }

  /** Members are kept in the log and get a whole session anew; what waited has to ask again. */
  brokerRestarted(): void {
    const nowMs = this.#scheduler.nowMs();
    for (const group of this.#groups.values()) {
      if (group.preparingSinceMs !== null) group.preparingSinceMs = nowMs;
      for (const member of group.members.values()) {
        member.lastHeardMs = nowMs;
        member.resolve = null;
      }
    }
  }

  #group(groupId: string, partitions: number): Group {
    const known = this.#groups.get(groupId);
    if (known !== undefined) return known;
    const members = new Map<string, Member>();
    const group: Group = {
      ...{ generation: 0, joined: 0, partitions, members, expected: new Set<string>() },
      ...{ reported: new Map<string, GroupOffset>(), preparingSinceMs: null },
    };
    this.#groups.set(groupId, group);
    return group;
  }

  #remove(groupId: string, group: Group, memberId: string): void {
    group.members.get(memberId)?.resolve?.('unknown');
    group.members.delete(memberId);
    group.preparingSinceMs ??= this.#scheduler.nowMs();
    if (group.members.size === 0) group.preparingSinceMs = null;
    this.#shareWhenComplete(groupId, group);
  }

  #shareWhenComplete(groupId: string, group: Group): void {
    const members = [...group.members.values()];
    if (members.length === 0 || members.some(({ resolve }) => resolve === null)) return;
    group.preparingSinceMs = null;
    group.generation += 1;
    const { generation, partitions } = group;
    const claims = members.map(({ id, claim }) => ({ memberId: id, ...claim }));
    const shares = shareOut({ partitions, members: claims });
    for (const member of members) {
      const { id, resolve } = member;
      member.resolve = null;
      member.lastHeardMs = this.#scheduler.nowMs();
      resolve?.({ memberId: id, generation, partitions: shares.get(id) ?? [] });
    }
    const text = [...shares].map(([id, share]) => `${id} ${share.join(' ') || '-'}`).join(', ');
    this.#history.line('coordinator', `${groupId} generation ${generation}: ${text}`);
  }

  #scan(): void {
    if (this.#isScanning) return;
    this.#isScanning = true;
    this.#scheduler.after(scanMs, () => {
      this.#isScanning = false;
      for (const [groupId, group] of this.#groups) this.#putOutTheSilent(groupId, group);
      if ([...this.#groups.values()].some(({ members }) => members.size > 0)) this.#scan();
    });
  }

  #putOutTheSilent(groupId: string, group: Group): void {
    const nowMs = this.#scheduler.nowMs();
    const sinceMs = group.preparingSinceMs ?? nowMs;
    const isOver = nowMs - sinceMs > rebalanceTimeoutMs;
    for (const member of [...group.members.values()]) {
      if (member.resolve !== null) continue;
      const isSilent = nowMs - member.lastHeardMs > sessionTimeoutMs;
      if (!isSilent && !isOver) continue;
      this.#history.line('coordinator', `${groupId}: ${member.id} is put out`);
      this.#history.reached('a silent member lost its group');
      this.#remove(groupId, group, member.id);
    }
  }
}
