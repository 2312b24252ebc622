// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** What of an order changed; INCIDENT: an incident of a rule, in the place of an order. */
export type ChangeKind = 'ORDER' | 'PAYMENT' | 'CHECKOUT' | 'ALERT' | 'REMEDY' | 'INCIDENT' | 'UNKNOWN';

/** Something about an order changed, for whoever looks at it: where it stands, and nothing of what it says. */
export interface ChangeNoted {
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Opaque id of the buyer; null for an order without one, and while the order is not known. */
  readonly buyer: null | string;
  /** What of the order changed. */
  readonly kind: ChangeKind;
  /** Type of the event that changed it. */
  readonly eventType: string;
  /** Id of the event that changed it. */
  readonly eventId: string;
  /** Topic of the event that changed it. */
  readonly sourceTopic: string;
  /** Partition of the event that changed it. */
  readonly sourcePartition: number;
  /** Offset of the event that changed it. */
  readonly sourceOffset: bigint;
  /** Noted before without its buyer, since the order was not known yet. */
  readonly again: boolean;
  /** Broker time. Epoch ms. */
  readonly notedAt: number;
}

export type ChangesEvent =
  | { readonly type: 'ChangeNoted'; readonly data: ChangeNoted };

/** Full record names of {@link ChangesEvent}. */
export const changesEventNames = [
  'plumbline.changes.ChangeNoted',
] as const;
