import type { ReadOnlyLog, TopicPartition } from '@plumbline/kafka';
import { timeOption } from '../format/time-option.ts';
import type { DecodedRecord } from '../read/decode.ts';
import { appendTimeAt, placeIn, placeText } from '../read/place.ts';
import { usageFailure } from '../session/failure.ts';

/** Up to where an aggregate's events are folded; what stands at it is counted in. */
export type Moment =
  | { readonly kind: 'now' }
  /** Broker time, epoch ms. */
  | { readonly kind: 'time'; readonly atMs: number }
  /** Of the partition in which the aggregate stands. */
  | { readonly kind: 'offset'; readonly at: TopicPartition & { readonly offset: bigint } }
  | { readonly kind: 'version'; readonly version: bigint };

export const now: Moment = { kind: 'now' };

/** Where a moment is looked up: the log, and where in it the aggregate stands. */
export interface MomentContext {
  readonly log: ReadOnlyLog;
  readonly stands: TopicPartition;
}

/** `now`, `v3`, a place, a time, or how long ago. @throws CliFailure */
export async function momentOf(
  text: string,
  name: string,
  context: MomentContext,
): Promise<Moment> {
  if (text === 'now') return now;
  const [, version] = /^v(\d{1,18})$/.exec(text) ?? [];
  if (version !== undefined) return { kind: 'version', version: BigInt(version) };
  if (text.includes('@')) return momentAtOffset(text, name, context);
  const time = timeOption(text, name);
  return time === undefined ? now : { kind: 'time', atMs: Date.parse(time) };
}

/** An offset of the aggregate's own partition; of another one, the time at which it was written. */
export async function momentAtOffset(
  text: string,
  name: string,
  { log, stands }: MomentContext,
): Promise<Moment> {
  const { topic, partition } = stands;
  const at = /^\d{1,19}$/.test(text) ? { ...stands, offset: BigInt(text) } : placeIn(text);
  if (at === null) {
    throw usageFailure(`${name} is a place such as ${topic}-${partition}@1500, not "${text}"`);
  }
  if (at.topic !== topic || at.partition !== partition)
    return { kind: 'time', atMs: await appendTimeAt(log, at, name) };
  const { logStartOffset: first, lastStableOffset: end } = await log.ends(stands);
  if (at.offset >= first && at.offset < end) return { kind: 'offset', at };
  const there = first === end ? 'it is empty' : `it has ${first} to ${end - 1n}`;
  throw usageFailure(`${name}: there is no ${placeText(at)}: ${there}`);
}

/** Whether an event counts at a moment; of those that follow one that does not, none does. */
export function isUpTo(moment: Moment, { timeMs, offset, envelope }: DecodedRecord): boolean {
  switch (moment.kind) {
    case 'now':
      return true;
    case 'time':
      return timeMs <= moment.atMs;
    case 'offset':
      return offset <= moment.at.offset;
    case 'version':
      return (envelope.aggregateVersion ?? 0n) <= moment.version;
  }
}

export function momentText(moment: Moment): string {
  switch (moment.kind) {
    case 'now':
      return 'now';
    case 'time':
      return new Date(moment.atMs).toISOString();
    case 'offset':
      return placeText(moment.at);
    case 'version':
      return `v${moment.version}`;
  }
}
