import { describe, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { waitMs } from './fetch-wait.ts';

const { busyFetchWaitMs, idleFetchWaitMs } = limits;
/** The stamp of a fetch stays behind the broker's clock. */
const now = { brokerMs: 10_100, stampMs: 10_000, mayBeTold: false };

interface Case {
  readonly idle?: boolean;
  readonly dueMs?: number;
  readonly awaitedMs?: number;
  readonly heldOpen?: boolean;
}

const wait = (of: Case = {}, at: Parameters<typeof waitMs>[1] = now): number =>
  waitMs(
    {
      isIdle: () => of.idle ?? true,
      nextDueMs: () => of.dueMs ?? null,
      awaitedMs: () => of.awaitedMs ?? null,
      isHeldOpen: () => of.heldOpen ?? false,
    },
    at,
  );

describe('how long a fetch waits', () => {
  it('is long while nothing is under way', () => {
    expect(wait()).toBe(idleFetchWaitMs);
  });

  it('is short while records are decided, a follower may speak, or a clock is not known', () => {
    expect(wait({ idle: false })).toBe(busyFetchWaitMs);
    expect(wait({}, { ...now, mayBeTold: true })).toBe(busyFetchWaitMs);
    expect(wait({}, { ...now, stampMs: null })).toBe(busyFetchWaitMs);
    expect(wait({}, { ...now, brokerMs: null })).toBe(busyFetchWaitMs);
  });

  it('ends when a delayed record is due by the clock of the broker', () => {
    expect(wait({ dueMs: 10_150 })).toBe(50);
    expect(wait({ idle: false, dueMs: 10_700 })).toBe(busyFetchWaitMs);
    expect(wait({ dueMs: 9_000 })).toBe(1);
  });

  it('ends when the stamp of the next one is past what is awaited', () => {
    expect(wait({ awaitedMs: 10_200 })).toBe(201);
    // Of a fetch that is sent at that very time the answer would not be enough.
    expect(wait({ awaitedMs: 10_000 })).toBe(1);
    expect(wait({ awaitedMs: 9_999 })).toBe(1);
    expect(wait({ awaitedMs: 10_000.2 })).toBe(2);
  });

  it('ends at what comes first', () => {
    expect(wait({ dueMs: 10_150, awaitedMs: 10_200 })).toBe(50);
    expect(wait({ dueMs: 10_400, awaitedMs: 10_200 })).toBe(201);
  });

  it('does not ask again and again for the end of a transaction, which is news', () => {
    expect(wait({ awaitedMs: 9_000, heldOpen: true })).toBe(busyFetchWaitMs);
    expect(wait({ awaitedMs: 10_500, heldOpen: true })).toBe(501);
    expect(wait({ dueMs: 10_110, awaitedMs: 9_000, heldOpen: true })).toBe(10);
  });
});
