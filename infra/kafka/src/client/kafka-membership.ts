import { Unavailable } from '../errors.ts';
import {
  farewellTimeoutMs,
  heartbeatIntervalMs,
  heartbeatTimeoutMs,
  rebalanceTimeoutMs,
  rejoinPatience,
  sessionTimeoutMs,
} from '../limits.ts';
import type { GroupOffset, Membership, MembershipOptions } from '../log.ts';
import { shareOut } from '../membership/assignment.ts';
import { Holdings } from '../membership/holdings.ts';
import {
  decodeClaim,
  decodeShare,
  encodeClaim,
  encodeShare,
  protocolName,
  protocolType,
} from '../membership/member-metadata.ts';
import { code, codeName } from '../wire/error-codes.ts';
import { offsetCommitRequest } from '../wire/group-offsets.ts';
import {
  heartbeatRequest,
  joinGroupRequest,
  leaveGroupRequest,
  syncGroupRequest,
  type GroupMember,
  type Joined,
} from '../wire/groups.ts';
import { coordinatorOf } from '../wire/transactions.ts';
import type { Cluster } from './cluster.ts';
import { coordinatorMoves } from './group-offsets.ts';
import type { Address, Link } from './link.ts';
import type { Links } from './links.ts';
import { sleep } from './patience.ts';

/** The coordinator knows this member no more: others may own what it had. */
class Lost extends Error {
  override readonly name = 'Lost';
}

/** Answers to a report: taken, or the group moves on and the next one will be. */
const unremarkable: ReadonlySet<number> = new Set([
  code.none,
  code.rebalanceInProgress,
  code.illegalGeneration,
  code.unknownMemberId,
]);

/**
 * A member of a group, by the classic group protocol.
 *
 *   outside ──join──► joining ──sync──► stable ──rebalance, or something was let go──► joining
 *      ▲                                  │
 *      └──────── lost: session over, member or generation unknown ◄──────────┘
 *
 * Heartbeats go on while `onAssigned` runs, and so does a rebalance: what is not let go yet is
 * still claimed.
 */
export class KafkaMembership implements Membership {
  readonly #options: MembershipOptions;
  readonly #cluster: Cluster;
  readonly #onWarning: (message: string) => void;
  readonly #links: Links;
  /** A join waits for the others on its connection; a confirmation must not wait behind it. */
  readonly #confirmLinks: Links;
  /** Nor behind a report, which waits until the coordinator has it on disk. */
  readonly #reportLinks: Links;
  readonly #ending = new AbortController();
  readonly #holdings: Holdings;
  #memberId = '';
  /** Of the last assignment; -1 outside of the group. */
  #generation = -1;
  #lastHeardMs = 0;
  #coordinatorAt: Address | null = null;
  /** How often something was let go, and how often by the time of the last finished join. */
  #letGo = 0;
  #letGoTold = 0;
  #wake: () => void = () => undefined;

  constructor(
    options: MembershipOptions & {
      readonly cluster: Cluster;
      readonly onWarning: (message: string) => void;
    },
  ) {
    this.#options = options;
    this.#cluster = options.cluster;
    this.#onWarning = options.onWarning;
    this.#links = options.cluster.ownLinks();
    this.#confirmLinks = options.cluster.ownLinks();
    this.#reportLinks = options.cluster.ownLinks();
    this.#holdings = new Holdings({
      onAssigned: (assignment) => options.onAssigned(assignment),
      onLetGo: () => {
        this.#letGo += 1;
        this.#wake();
      },
      onError: (error) => void this.#fail(error),
    });
  }

  start(): void {
    this.#run().catch((error: unknown) => {
      if (this.#ending.signal.aborted) return;
      return this.#fail(error instanceof Error ? error : new Error(String(error)));
    });
  }

  async confirm(generation: number): Promise<boolean> {
    if (generation !== this.#generation || this.#ending.signal.aborted) return false;
    const link = await this.#confirmLinks.to(await this.#coordinator());
    const answer = await this.#heartbeat(link, generation);
    if (generation !== this.#generation) return false;
    if (coordinatorMoves.has(answer))
      throw new Unavailable(`Group coordinator: ${codeName(answer)}`);
    // While others join, this member's generation still stands: nobody is given its partitions
    // before it has joined again itself or has been put out.
    return answer === code.none || answer === code.rebalanceInProgress;
  }

  async report(positions: readonly GroupOffset[]): Promise<void> {
    if (positions.length === 0 || this.#generation < 0) return;
    const request = offsetCommitRequest(this.#member(this.#generation), positions);
    try {
      const link = await this.#reportLinks.to(await this.#coordinator());
      const answer = await link.call(request);
      if (!unremarkable.has(answer)) throw new Unavailable(codeName(answer));
    } catch (error) {
      if (this.#over()) return;
      this.#onWarning(`Positions of ${this.#options.groupId} not reported: ${String(error)}`);
    }
  }

  async leave(): Promise<void> {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    this.#holdings.end();
    this.#wake();
    this.#links.close();
    this.#reportLinks.close();
    this.#generation = -1;
    const farewell = this.#sayFarewell().catch((error: unknown) => {
      this.#onWarning(`Leaving ${this.#options.groupId}: ${String(error)}`);
    });
    await Promise.race([farewell, sleep(farewellTimeoutMs, this.#cluster.signal)]);
    this.#confirmLinks.close();
  }

  async #sayFarewell(): Promise<void> {
    if (this.#memberId === '') return;
    const link = await this.#confirmLinks.to(await this.#coordinator());
    await link.call(leaveGroupRequest(this.#member(-1)));
  }

  async #fail(error: Error): Promise<void> {
    if (this.#ending.signal.aborted) return;
    await this.leave();
    this.#options.onFailed(error);
  }

  async #run(): Promise<void> {
    let waitMs = rejoinPatience.firstMs;
    while (!this.#over()) {
      try {
        await this.#joinAndStay(() => {
          waitMs = rejoinPatience.firstMs;
        });
      } catch (error) {
        if (this.#over()) return;
        const passing = error instanceof Lost || error instanceof Unavailable;
        if (!passing) throw error;
        this.#coordinatorAt = null;
        this.#onWarning(`Group ${this.#options.groupId}: ${error.message}`);
        const sessionOver = performance.now() - this.#lastHeardMs >= sessionTimeoutMs;
        // Put out, its id is worth nothing; after mere silence the coordinator may know it still,
        // and a join under the old id does not have to wait until the old member is given up.
        if (error instanceof Lost) this.#memberId = '';
        if (error instanceof Lost || sessionOver) await this.#lose();
        await sleep(waitMs, this.#ending.signal);
        waitMs = Math.min(waitMs * 2, rejoinPatience.mostMs);
      }
    }
  }

  /** Tells the owner, once, and waits until it has stopped what it did. */
  async #lose(): Promise<void> {
    if (this.#generation < 0) return;
    const generation = this.#generation;
    this.#generation = -1;
    this.#holdings.assign({ generation, partitions: [], member: false });
    await this.#holdings.settled();
  }

  async #joinAndStay(onStable: () => void): Promise<never> {
    const { groupId } = this.#options;
    // A member that still belongs to a generation goes on with heartbeats after a reconnection.
    let stable = this.#generation >= 0;
    for (;;) {
      const link = await this.#links.to(await this.#coordinator());
      if (stable && this.#letGo === this.#letGoTold) {
        await this.#pause();
        if (this.#ending.signal.aborted) throw new Lost('Left');
        const sentMs = performance.now();
        const answer = await this.#heartbeat(link, this.#generation);
        if (coordinatorMoves.has(answer)) throw new Unavailable(`${groupId}: ${codeName(answer)}`);
        this.#failIfLost(answer);
        stable = answer === code.none;
        if (!stable && answer !== code.rebalanceInProgress) {
          throw new Error(`Heartbeat to ${groupId}: ${codeName(answer)}`);
        }
        this.#lastHeardMs = sentMs;
        continue;
      }
      const letGo = this.#letGo;
      stable = await this.#sync(link, await this.#join(link));
      if (!stable) continue;
      this.#letGoTold = letGo;
      onStable();
    }
  }

  /** A coordinator that does not answer must not cost more than a part of the session. */
  async #heartbeat(link: Link, generation: number): Promise<number> {
    const timer = setTimeout(() => link.abort('no answer to a heartbeat'), heartbeatTimeoutMs);
    try {
      return await link.call(heartbeatRequest(this.#member(generation)));
    } finally {
      clearTimeout(timer);
    }
  }

  async #join(link: Link): Promise<Joined> {
    const { groupId } = this.#options;
    for (;;) {
      const sentMs = performance.now();
      const joined = await link.call(
        joinGroupRequest({
          groupId,
          memberId: this.#memberId,
          sessionTimeoutMs,
          rebalanceTimeoutMs,
          protocolType,
          protocolName,
          metadata: encodeClaim({ generation: this.#generation, owned: this.#holdings.held() }),
          timeoutMs: rebalanceTimeoutMs + this.#cluster.options.requestTimeoutMs,
        }),
      );
      if (joined.errorCode === code.memberIdRequired) {
        this.#memberId = joined.memberId;
        continue;
      }
      if (coordinatorMoves.has(joined.errorCode)) {
        throw new Unavailable(`Joining ${groupId}: ${codeName(joined.errorCode)}`);
      }
      this.#failIfLost(joined.errorCode);
      if (joined.errorCode !== code.none) {
        throw new Error(`Joining ${groupId}: ${codeName(joined.errorCode)}`);
      }
      this.#memberId = joined.memberId;
      this.#lastHeardMs = sentMs;
      return joined;
    }
  }

  /** True when this member has its share; false when it must join again. */
  async #sync(link: Link, joined: Joined): Promise<boolean> {
    const { groupId } = this.#options;
    const leads = joined.leaderId === joined.memberId;
    const timeoutMs = rebalanceTimeoutMs + this.#cluster.options.requestTimeoutMs;
    const member = this.#member(joined.generation);
    const sentMs = performance.now();
    const { errorCode, assignment } = await link.call(
      syncGroupRequest(member, leads ? this.#shares(joined) : [], timeoutMs),
    );
    if (errorCode === code.rebalanceInProgress) return false;
    if (coordinatorMoves.has(errorCode))
      throw new Unavailable(`${groupId}: ${codeName(errorCode)}`);
    this.#failIfLost(errorCode);
    if (errorCode !== code.none) throw new Error(`Sync of ${groupId}: ${codeName(errorCode)}`);
    if (this.#ending.signal.aborted) return false;
    this.#lastHeardMs = sentMs;
    this.#generation = joined.generation;
    const partitions = decodeShare(assignment);
    this.#holdings.assign({ generation: joined.generation, partitions, member: true });
    return true;
  }

  #shares(joined: Joined) {
    const shares = shareOut({
      partitions: this.#options.partitions,
      members: joined.members.map(({ memberId, metadata }) => decodeClaim(memberId, metadata)),
    });
    return [...shares].map(([memberId, partitions]) => ({
      memberId,
      assignment: encodeShare(partitions),
    }));
  }

  #failIfLost(errorCode: number): void {
    if (errorCode !== code.unknownMemberId && errorCode !== code.illegalGeneration) return;
    throw new Lost(`put out: ${codeName(errorCode)}`);
  }

  #over(): boolean {
    return this.#ending.signal.aborted;
  }

  async #coordinator(): Promise<Address> {
    const { groupId } = this.#options;
    const type = coordinatorOf.group;
    this.#coordinatorAt ??= await this.#cluster.findCoordinator({ key: groupId, type });
    return this.#coordinatorAt;
  }

  #member(generation: number): GroupMember {
    return { groupId: this.#options.groupId, memberId: this.#memberId, generation };
  }

  /** Until the next heartbeat is due, or there is something to join again for. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, heartbeatIntervalMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
