import type { ReadOnlyLog } from '@plumbline/kafka';
import { usageFailure } from '../session/failure.ts';
import { recordAt } from './record-at.ts';
import type { Position } from './scan.ts';

/** `payments.events.v1-2@1500`; null for what is no such place. */
export function placeIn(text: string): Position | null {
  const [, topic, partition, offset] = /^(.+)-(\d{1,5})@(\d{1,19})$/.exec(text) ?? [];
  if (topic === undefined || partition === undefined || offset === undefined) return null;
  return { topic, partition: Number(partition), offset: BigInt(offset) };
}

export const placeText = ({ topic, partition, offset }: Position): string =>
  `${topic}-${partition}@${offset.toString()}`;

/** When the record at a place was appended, epoch ms. `name` is the option that says so. */
export async function appendTimeAt(log: ReadOnlyLog, at: Position, name: string): Promise<number> {
  const record = await recordAt(log, at);
  if (record !== null) return record.timestampMs;
  throw usageFailure(`${name}: there is no committed record at ${placeText(at)}`);
}
