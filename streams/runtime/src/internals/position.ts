import { invariant } from '@plumbline/kernel';
import type { StateCodec } from '../state-codec.ts';

/** Where a task stands in one input. `offset` is the next one to take. */
export interface Position {
  readonly incarnation: string;
  readonly offset: bigint;
  /** Running maximum of append times up to there, epoch ms. */
  readonly timeMs: number;
}

/** As it stands in the changelog (docs/formats.md). */
export const positionCodec: StateCodec<Position> = {
  encode: ({ incarnation, offset, timeMs }) =>
    Buffer.from(JSON.stringify({ incarnation, offset: offset.toString(), timeMs })),
  decode(bytes) {
    const raw = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
    const { incarnation, offset, timeMs } = raw;
    invariant(
      typeof incarnation === 'string' && typeof offset === 'string' && typeof timeMs === 'number',
      'a position in the changelog cannot be read',
    );
    return { incarnation, offset: BigInt(offset), timeMs };
  },
};
