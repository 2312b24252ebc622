import type { MemberClaim } from './assignment.ts';

/** A protocol type of our own: the broker must not read our metadata as a consumer's. */
export const protocolType = 'plumbline';
export const protocolName = 'plumbline-sticky-v1';

/** What a member tells the group's leader when it joins. JSON, so that it can be read and grow. */
export function encodeClaim(claim: Omit<MemberClaim, 'memberId'>): Buffer {
  return Buffer.from(JSON.stringify({ generation: claim.generation, owned: claim.owned }));
}

/** Metadata that cannot be read claims nothing: its member gets what is free. */
export function decodeClaim(memberId: string, metadata: Buffer): MemberClaim {
  const parsed = parse(metadata);
  const generation = parsed['generation'];
  return {
    memberId,
    generation: typeof generation === 'number' ? generation : -1,
    owned: numbersIn(parsed['owned']),
  };
}

export function encodeShare(partitions: readonly number[]): Buffer {
  return Buffer.from(JSON.stringify({ partitions }));
}

export function decodeShare(assignment: Buffer): readonly number[] {
  return numbersIn(parse(assignment)['partitions']);
}

function parse(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function numbersIn(value: unknown): readonly number[] {
  if (!Array.isArray(value)) return [];
  return value.filter((each): each is number => Number.isInteger(each));
}
