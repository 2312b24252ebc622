/** What a member says it holds, and the generation in which it was given it. */
export interface MemberClaim {
  readonly memberId: string;
  readonly generation: number;
  readonly owned: readonly number[];
}

/**
 * Shares out partitions `0 … partitions - 1`: balanced to one, sticky, cooperative. A partition
 * that a living member still holds is given to nobody else in this round; its holder sees it gone,
 * lets go and joins again without it, and the next round gives it away. Of two members that claim
 * one partition the later generation is right, since the other was away when it moved.
 *
 * Pure: the same claims in any order give the same shares.
 */
export function shareOut(input: {
  readonly members: readonly MemberClaim[];
  readonly partitions: number;
}): ReadonlyMap<string, readonly number[]> {
  const holders = holdersOf(input);
  const targets = targetsOf({ ...input, holders });
  const shares = new Map<string, readonly number[]>();
  for (const [memberId, target] of targets) {
    const free = target.filter((partition) => (holders.get(partition) ?? memberId) === memberId);
    shares.set(memberId, free.sort(ascending));
  }
  return shares;
}

const ascending = (a: number, b: number): number => a - b;

function holdersOf(input: {
  readonly members: readonly MemberClaim[];
  readonly partitions: number;
}): Map<number, string> {
  const best = new Map<number, MemberClaim>();
  for (const claim of input.members) {
    for (const partition of claim.owned) {
      if (partition < 0 || partition >= input.partitions) continue;
      const other = best.get(partition);
      const wins =
        other === undefined ||
        claim.generation > other.generation ||
        (claim.generation === other.generation && claim.memberId < other.memberId);
      if (wins) best.set(partition, claim);
    }
  }
  return new Map([...best].map(([partition, claim]) => [partition, claim.memberId]));
}

function targetsOf(input: {
  readonly members: readonly MemberClaim[];
  readonly partitions: number;
  readonly holders: ReadonlyMap<number, string>;
}): Map<string, number[]> {
  const held = new Map<string, number[]>(input.members.map(({ memberId }) => [memberId, []]));
  const free: number[] = [];
  for (let partition = 0; partition < input.partitions; partition += 1) {
    const holder = input.holders.get(partition);
    const list = holder === undefined ? undefined : held.get(holder);
    (list ?? free).push(partition);
  }
  // Those who hold most keep the one partition more that an uneven division leaves: fewest moves.
  const order = [...held].sort(
    ([idA, a], [idB, b]) => b.length - a.length || (idA < idB ? -1 : idA > idB ? 1 : 0),
  );
  const least = Math.floor(input.partitions / Math.max(1, order.length));
  const more = input.partitions % Math.max(1, order.length);
  const targets = new Map<string, number[]>();
  order.forEach(([memberId, list], index) => {
    const quota = index < more ? least + 1 : least;
    targets.set(memberId, list.slice(0, quota));
    free.push(...list.slice(quota));
  });
  free.sort(ascending);
  order.forEach(([memberId], index) => {
    const quota = index < more ? least + 1 : least;
    const target = targets.get(memberId) ?? [];
    while (target.length < quota) {
      const next = free.shift();
      if (next === undefined) break;
      target.push(next);
    }
  });
  return targets;
}
