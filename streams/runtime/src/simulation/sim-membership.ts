import type { Clock, GroupOffset, Membership, MembershipOptions } from '@plumbline/kafka';
import {
  Holdings,
  Unavailable,
  farewellTimeoutMs,
  heartbeatIntervalMs,
  heartbeatTimeoutMs,
  rebalanceTimeoutMs,
  rejoinPatience,
  requestTimeoutMs,
  sessionTimeoutMs,
} from '@plumbline/kafka';
import type { Share } from './group-coordinator.ts';
import type { Wire } from './wire.ts';
import type { World } from './world.ts';

/** The coordinator knows this member no more. */
class Lost extends Error {
  override readonly name = 'Lost';
}

/**
 * A member in a simulated process. Step by step what the real one does (client/kafka-membership.ts):
 *
 *   outside ──join──► joining ──share──► stable ──rebalance, or something was let go──► joining
 *      ▲                                   │
 *      └────────── lost: session over, member or generation unknown ◄──────────┘
 */
export class SimMembership implements Membership {
  readonly #options: MembershipOptions;
  readonly #world: World;
  readonly #wire: Wire;
  readonly #clock: Clock;
  readonly #holdings: Holdings;
  readonly #ending = new AbortController();
  #memberId = '';
  #generation = -1;
  #lastHeardMs = 0;
  #letGo = 0;
  #letGoTold = 0;
  #wake = new AbortController();

  constructor(
    options: MembershipOptions,
    host: { readonly world: World; readonly wire: Wire; readonly clock: Clock },
  ) {
    this.#options = options;
    this.#world = host.world;
    this.#wire = host.wire;
    this.#clock = host.clock;
    this.#holdings = new Holdings({
      onAssigned: (assignment) => options.onAssigned(assignment),
      onLetGo: () => {
        this.#letGo += 1;
        this.#wake.abort();
      },
      onError: (error) => void this.#fail(error),
    });
  }

  start(): void {
    this.#run().catch((error: unknown) => {
      void this.#fail(error instanceof Error ? error : new Error(String(error)));
    });
  }

  async confirm(generation: number): Promise<boolean> {
    if (generation !== this.#generation || this.#ending.signal.aborted) return false;
    const answer = await this.#heartbeat(generation);
    if (generation !== this.#generation) return false;
    return answer !== 'unknown';
  }

  /** Best effort, as the real one: what is lost is made up for by the next report. */
  async report(positions: readonly GroupOffset[]): Promise<void> {
    const generation = this.#generation;
    if (generation < 0 || this.#ending.signal.aborted) return;
    const { groupId } = this.#options;
    await this.#wire
      .call({
        kind: `report ${groupId}`,
        ...{ timeoutMs: requestTimeoutMs, isWrite: false },
        atBroker: () =>
          this.#world.groups.report({ groupId, memberId: this.#memberId, generation, positions }),
      })
      .catch(() => undefined);
  }

  async leave(): Promise<void> {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    this.#wake.abort();
    this.#holdings.end();
    this.#generation = -1;
    if (this.#memberId === '') return;
    const { groupId } = this.#options;
    const farewell = this.#wire.call({
      kind: `leave ${groupId}`,
      ...{ timeoutMs: requestTimeoutMs, isWrite: true },
      atBroker: () => this.#world.groups.leave(groupId, this.#memberId),
    });
    await Promise.race([farewell.catch(() => undefined), this.#clock.sleep(farewellTimeoutMs)]);
  }

  async #fail(error: Error): Promise<void> {
    if (this.#ending.signal.aborted) return;
    await this.leave();
    this.#options.onFailed(error);
  }

  async #run(): Promise<void> {
    let waitMs = rejoinPatience.firstMs;
    while (!this.#ending.signal.aborted) {
      try {
        await this.#joinAndStay(() => {
          waitMs = rejoinPatience.firstMs;
        });
      } catch (error) {
        if (this.#isOver()) return;
        const isLost = error instanceof Lost;
        if (!isLost && !(error instanceof Unavailable)) throw error;
        const sessionOver = this.#clock.nowMs() - this.#lastHeardMs >= sessionTimeoutMs;
        if (isLost) this.#memberId = '';
        if (isLost || sessionOver) await this.#lose();
        await this.#clock.sleep(waitMs, this.#ending.signal);
        waitMs = Math.min(waitMs * 2, rejoinPatience.mostMs);
      }
    }
  }

  async #lose(): Promise<void> {
    if (this.#generation < 0) return;
    const generation = this.#generation;
    this.#generation = -1;
    this.#holdings.assign({ generation, partitions: [], member: false });
    await this.#holdings.settled();
  }

  async #joinAndStay(onStable: () => void): Promise<void> {
    let isStable = this.#generation >= 0;
    while (!this.#isOver()) {
      if (isStable && this.#letGo === this.#letGoTold) {
        await this.#pause();
        if (this.#isOver()) return;
        const sentMs = this.#clock.nowMs();
        const answer = await this.#heartbeat(this.#generation);
        if (answer === 'unknown') throw new Lost('put out');
        isStable = answer === 'stays';
        this.#lastHeardMs = sentMs;
        continue;
      }
      const letGo = this.#letGo;
      const sentMs = this.#clock.nowMs();
      const share = await this.#join();
      if (this.#isOver()) return;
      if (share === 'unknown') throw new Lost('put out while joining');
      this.#lastHeardMs = sentMs;
      this.#generation = share.generation;
      this.#holdings.assign({
        ...{ generation: share.generation, partitions: share.partitions, member: true },
      });
      this.#letGoTold = letGo;
      isStable = true;
      onStable();
    }
  }

  async #join(): Promise<Share | 'unknown'> {
    const { groupId, partitions } = this.#options;
    const { groups } = this.#world;
    const timeoutMs = rebalanceTimeoutMs + requestTimeoutMs;
    if (this.#memberId === '') {
      this.#memberId = await this.#wire.call({
        kind: `member id ${groupId}`,
        ...{ timeoutMs, isWrite: false },
        atBroker: () => groups.newMemberId(groupId, partitions),
      });
    }
    const memberId = this.#memberId;
    const claim = { generation: this.#generation, owned: this.#holdings.held() };
    return this.#wire.call({
      kind: `join ${groupId}`,
      ...{ timeoutMs, isWrite: true, mayHang: true },
      atBroker: () => groups.join({ groupId, partitions, memberId, claim }),
    });
  }

  #heartbeat(generation: number) {
    const { groupId } = this.#options;
    return this.#wire.call({
      kind: `heartbeat ${groupId}`,
      ...{ timeoutMs: heartbeatTimeoutMs, isWrite: false },
      atBroker: () => this.#world.groups.heartbeat(groupId, this.#memberId, generation),
    });
  }

  #isOver(): boolean {
    return this.#ending.signal.aborted;
  }

  async #pause(): Promise<void> {
    this.#wake = new AbortController();
    await this.#clock.sleep(heartbeatIntervalMs, this.#wake.signal);
  }
}
