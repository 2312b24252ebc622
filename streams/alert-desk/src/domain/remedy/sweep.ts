import type { Decision, DecisionContext } from '@plumbline/kernel';
import { accepted, unchanged } from '@plumbline/kernel';
import type { RemedyCommandOf } from './commands.ts';
import { aboutOf, endedOf } from './effects.ts';
import type { RemedyEvent } from './events.ts';
import * as limits from './limits.ts';
import type { Remedy } from './state.ts';

const prefix = 'channel.';

/** The channel of what stands under `<tenant>/channel.<CHANNEL>`; `null` for an order. */
export const channelOf = ({ orderNo }: { readonly orderNo: string }): string | null =>
  orderNo.startsWith(prefix) && orderNo.length > prefix.length
    ? orderNo.slice(prefix.length)
    : null;

/**
 * The first word of what lingers is the one that counts: with it the remedy asks about these, no more
 * than a sweep may, and is over. Whoever says so again, having died in between, changes nothing.
 */
export function recordLingering(
  { payNos, left }: RemedyCommandOf<'RecordLingering'>,
  remedy: Remedy,
  context: DecisionContext,
  ownEvents: string,
): Decision<RemedyEvent> {
  const { atMs } = context;
  if (remedy.status !== 'STARTED' || remedy.proposed.kind !== 'SWEEP_CHANNEL') return unchanged;
  const all = [...new Set(payNos)];
  const asked = all.slice(0, limits.sweptMax);
  if (asked.length === 0) {
    const why = { code: 'NOTHING_LINGERS', reason: 'no payment of the channel waits to be asked' };
    return accepted(endedOf(remedy, { ending: 'REFUSED', ...why, proof: null }, atMs));
  }
  const more = Math.max(0, left) + all.length - asked.length;
  const swept: RemedyEvent = {
    type: 'ChannelSwept',
    data: { ...aboutOf(remedy), payNos: asked, left: more, sweptAt: atMs },
  };
  const proof = { eventId: context.eventId(0), type: swept.type, topic: ownEvents };
  const reason = `shown by ${swept.type}: asked about ${asked.length}, ${more} left`;
  const ended = endedOf(remedy, { ending: 'DONE', code: null, reason, proof }, atMs);
  return accepted<RemedyEvent>(swept, ended);
}
