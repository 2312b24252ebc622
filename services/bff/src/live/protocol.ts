import type { ChangeNoted } from '@plumbline/events';
import { formatPlaces } from '@plumbline/postgres';
import { z } from 'zod';

/**
 * What a client hears of a connection's end, in the range that RFC 6455 (section 7.4.2) leaves to
 * applications. The protocol's own: 1009 too large, 1007 no UTF-8, 1003 binary, 1012 the server stops.
 */
export const closeCodes = {
  /** Anything but a ping; not to be repeated. */
  badMessage: 4400,
  /** The session or token is over: log in. */
  sessionOver: 4401,
  /** Does not take its changes: come back with the position. */
  tooSlow: 4408,
  /** Pings too often, or has too many connections: come back later. */
  tooMany: 4429,
  /** Nobody can say whether the session stands: come back with the position. */
  sessionsUnknown: 4503,
} as const;

export const unsupportedData = 1003;
export const serviceRestart = 1012;

/** All that a client may say. */
const clientMessage = z.strictObject({ type: z.literal('ping') });

export function isPing(text: string): boolean {
  try {
    return clientMessage.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

export type ServerMessage =
  /** First of all. `reset`: what is shown must be read anew. */
  | {
      readonly type: 'hello';
      readonly how: 'fresh' | 'resumed' | 'reset';
      readonly position: string;
    }
  /** Changes may have been missed: what is shown must be read anew. */
  | { readonly type: 'reset'; readonly position: string }
  | ChangeMessage
  /** Now and then, since other people's changes move it as well. */
  | { readonly type: 'position'; readonly position: string }
  | { readonly type: 'pong'; readonly position: string };

interface ChangeMessage {
  readonly type: 'change';
  readonly position: string;
  readonly orderNo: string;
  readonly kind: ChangeNoted['kind'];
  readonly eventType: string;
  readonly eventId: string;
  /** Where the event stands, as a position token of the read models: `topic:partition:offset`. */
  readonly place: string;
  /** RFC 3339, UTC. */
  readonly notedAt: string;
}

export const changeMessage = (note: ChangeNoted, position: string): ChangeMessage => ({
  ...{ type: 'change', position, orderNo: note.orderNo, kind: note.kind },
  ...{ eventType: note.eventType, eventId: note.eventId },
  place: formatPlaces([
    { topic: note.sourceTopic, partition: note.sourcePartition, offset: note.sourceOffset },
  ]),
  notedAt: new Date(note.notedAt).toISOString(),
});
