import type { PaymentsEvent } from '@plumbline/events';
import type { Decision, DecisionContext } from '@plumbline/kernel';
import { accepted, unchanged } from '@plumbline/kernel';

export type PaymentEvent = PaymentsEvent;

export type PaymentEventOf<T extends PaymentEvent['type']> = Extract<
  PaymentEvent,
  { readonly type: T }
>['data'];

/** What consumers of contract 1 know as the version of its events. */
export const contractVersion = '1.0';

/** The events of one decision in their order, each of which may need its own id. */
export interface EventList {
  readonly events: readonly PaymentEvent[];
  /** The id that the next event will have. */
  nextId(): string;
  add(...events: readonly PaymentEvent[]): void;
}

export function eventList(context: DecisionContext): EventList {
  const events: PaymentEvent[] = [];
  return {
    events,
    nextId: () => context.eventId(events.length),
    add: (...more) => void events.push(...more),
  };
}

/** The decision that these events are; none of them is none at all. */
export const allOf = ({ events: [first, ...rest] }: EventList): Decision<PaymentEvent> =>
  first === undefined ? unchanged : accepted(first, ...rest);
