import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shareOut, type MemberClaim } from './assignment.ts';

const claims = fc.uniqueArray(
  fc.record({
    memberId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    generation: fc.integer({ min: -1, max: 4 }),
    owned: fc.uniqueArray(fc.integer({ min: 0, max: 11 })),
  }),
  { minLength: 1, selector: ({ memberId }) => memberId },
);
const counts = fc.integer({ min: 1, max: 10 });

/** Every member takes what it was given and has let go of the rest. */
function settle(members: readonly MemberClaim[], partitions: number): readonly MemberClaim[] {
  const shares = shareOut({ members, partitions });
  const generation = 1 + Math.max(...members.map((each) => each.generation));
  return members.map(({ memberId }) => ({
    memberId,
    generation,
    owned: shares.get(memberId) ?? [],
  }));
}

describe('sharing out', () => {
  test('gives no partition to two members, and none that another still holds', () => {
    fc.assert(
      fc.property(claims, counts, (members, partitions) => {
        const shares = shareOut({ members, partitions });
        const given = [...shares.values()].flat();
        expect(new Set(given).size).toBe(given.length);
        for (const [memberId, share] of shares) {
          for (const partition of share) {
            const holders = members.filter(({ owned }) => owned.includes(partition));
            const newest = Math.max(...holders.map(({ generation }) => generation));
            const right = holders.filter(({ generation }) => generation === newest);
            if (right.length > 0) expect(right.map((each) => each.memberId)).toContain(memberId);
          }
        }
      }),
    );
  });

  test('is even and complete once everybody has let go, and then moves nothing', () => {
    fc.assert(
      fc.property(claims, counts, (members, partitions) => {
        const after = settle(settle(members, partitions), partitions);
        const sizes = after.map(({ owned }) => owned.length);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(partitions);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        const again = settle(after, partitions);
        expect(again.map(({ owned }) => owned)).toEqual(after.map(({ owned }) => owned));
      }),
    );
  });

  test('takes from a member only what it holds beyond an even share', () => {
    fc.assert(
      fc.property(claims, counts, (members, partitions) => {
        const settled = settle(settle(members, partitions), partitions);
        const joined = [...settled, { memberId: 'new', generation: -1, owned: [] }];
        const least = Math.floor(partitions / joined.length);
        const shares = shareOut({ members: joined, partitions });
        for (const { memberId, owned } of settled) {
          const kept = owned.filter((each) => shares.get(memberId)?.includes(each));
          expect(kept.length).toBeGreaterThanOrEqual(Math.min(owned.length, least));
        }
      }),
    );
  });

  test('does not depend on the order in which members are told of', () => {
    fc.assert(
      fc.property(claims, counts, (members, partitions) => {
        const forth = shareOut({ members, partitions });
        const back = shareOut({ members: [...members].reverse(), partitions });
        for (const [memberId, share] of forth) expect(back.get(memberId)).toEqual(share);
      }),
    );
  });

  test('believes the later of two claims', () => {
    const shares = shareOut({
      partitions: 2,
      members: [
        { memberId: 'away', generation: 3, owned: [0, 1] },
        { memberId: 'here', generation: 5, owned: [0] },
      ],
    });
    expect([...shares]).toEqual(
      expect.arrayContaining([
        ['away', [1]],
        ['here', [0]],
      ]),
    );
  });
});
