import type { OrdersCommand, OrdersEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Decider } from '@plumbline/kernel';
import { accepted, rejected, unchanged } from '@plumbline/kernel';
import type { AggregateOptions } from '../aggregate.ts';
import { aggregateTopology } from '../aggregate.ts';

/**
 * The smallest aggregate that can do everything: it accepts, refuses, recognises a repeat, sets a
 * timer and has a second name. It borrows two messages of the orders context.
 */
export interface Door {
  readonly status: 'none' | 'open' | 'closed';
  readonly closesAtMs: number | null;
}

export const doorDecider: Decider<Door, OrdersCommand, OrdersEvent> = {
  initialState: { status: 'none', closesAtMs: null },
  decide(command, state, context) {
    if (command.type === 'CancelOrder') {
      if (command.data.reason === 'broken') throw new Error('the decider fell over');
      if (state.status === 'none') {
        return rejected({ code: 'DOOR_UNKNOWN', message: 'there is no such door' });
      }
      if (state.status === 'closed') return unchanged;
      const { orderNo, reason } = command.data;
      return accepted({ type: 'OrderCancelled', data: { orderNo, reason } });
    }
    if (command.type !== 'CreateOrder') {
      return rejected({ code: 'NOT_A_DOOR', message: 'doors open and close' });
    }
    if (state.status !== 'none') return unchanged;
    return accepted({ type: 'OrderCreated', data: { ...command.data, createdAt: context.atMs } });
  },
  evolve(state, event) {
    if (event.type === 'OrderCreated') return { status: 'open', closesAtMs: event.data.payBy };
    return { ...state, status: 'closed' };
  },
  answer: (state) => ({ status: state.status }),
  timers: (state) =>
    state.status === 'open' && state.closesAtMs !== null
      ? [{ name: 'close', dueMs: state.closesAtMs }]
      : [],
  onTimer: () => ({ type: 'CancelOrder', data: { orderNo: 'D1', reason: 'time' } }),
};

type DoorOptions = AggregateOptions<Door, OrdersCommand, OrdersEvent>;
export type DoorIndex = NonNullable<DoorOptions['index']>;
export type DoorHears = NonNullable<DoorOptions['hears']>;

/** A door on the topics of orders; what is given stands beside it, or instead. */
export const doorTopology = (
  given: Partial<
    Pick<DoorOptions, 'decider' | 'index' | 'hears' | 'asks' | 'remembersOfPeople'>
  > = {},
) =>
  aggregateTopology<Door, OrdersCommand, OrdersEvent>({
    name: 'orders',
    decider: doorDecider,
    topics: {
      commands: topics.ordersCommands.name,
      events: topics.ordersEvents.name,
      outcomes: topics.ordersOutcomes.name,
      changelog: topics.ordersChangelog.name,
      deadLetters: topics.ordersDeadLetters.name,
    },
    subjectOf: (event) => event.data.orderNo,
    namesOf: (state) => (state.status === 'none' ? [] : ['main/side-entrance']),
    ...given,
  });

/** Tells the payment of another order what was decided, and how. */
export const doorAsks: NonNullable<DoorOptions['asks']> = {
  topics: [topics.paymentsCommands.name],
  commandsOf({ command, decision, state }) {
    const reason = `${command.type} ${decision.kind} ${state.status}`;
    const payload = { type: 'ClosePayment', data: { payNo: 'P', orderNo: 'other', reason } };
    return [{ topic: topics.paymentsCommands.name, key: 'main/other', subject: 'P', payload }];
  },
};

export const openDoor = (closesAtMs = 10_000_000_000_000): OrdersCommand => ({
  type: 'CreateOrder',
  data: {
    ...{ orderNo: 'D1', tenant: 'main', items: [], amountMinor: 1n, currency: 'CNY' },
    ...{ payBy: closesAtMs, idempotencyKey: null, fingerprint: 'f', purchase: null },
  },
});

export const closeDoor = (reason = 'enough'): OrdersCommand => ({
  type: 'CancelOrder',
  data: { orderNo: 'D1', reason },
});
