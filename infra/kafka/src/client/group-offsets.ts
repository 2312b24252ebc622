import { Unavailable } from '../errors.ts';
import type { GroupOffset, TopicPartition } from '../log.ts';
import { code, codeName } from '../wire/error-codes.ts';
import { offsetFetchRequest } from '../wire/group-offsets.ts';
import { coordinatorOf } from '../wire/transactions.ts';
import type { Cluster } from './cluster.ts';

/** The coordinator is elsewhere or away for a moment. */
export const coordinatorMoves: ReadonlySet<number> = new Set([
  code.coordinatorNotAvailable,
  code.coordinatorLoading,
  code.notCoordinator,
]);

/** What the group has for these partitions. {@link Unavailable} while its coordinator moves. */
export async function groupOffsetsOf(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<readonly GroupOffset[]> {
  if (partitions.length === 0) return [];
  const coordinator = await cluster.findCoordinator({ key: groupId, type: coordinatorOf.group });
  const request = offsetFetchRequest(groupId, partitions);
  const { errorCode, offsets } = await cluster.callAt(coordinator, request);
  if (errorCode === code.none) return offsets.filter(({ offset }) => offset >= 0n);
  const text = `Offsets of group ${groupId}: ${codeName(errorCode)}`;
  throw coordinatorMoves.has(errorCode) ? new Unavailable(text) : new Error(text);
}
