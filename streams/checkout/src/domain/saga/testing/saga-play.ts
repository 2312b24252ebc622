import { anyContext } from '@plumbline/kernel/testing';
import type { SagaCommand } from '../commands.ts';
import type { SagaEvent } from '../events.ts';
import { sagaDecider } from '../saga.ts';
import type { SagaState } from '../state.ts';

export const orderNo = 'O-1';
export const payBy = anyContext.atMs + 1_800_000;

const purchase = {
  ...{ orderNo, tenant: 'main', buyer: 'u1', currency: 'CNY', payBy },
  items: [
    { sku: 'tea', quantity: 2 },
    { sku: 'cup', quantity: 1 },
  ],
};

/** A purchase of two lines: by a channel, by balance and channel, by balance alone. */
export const starts = {
  channel: { ...purchase, amountMinor: 900n, balanceMinor: 0n, channel: 'MOCK' },
  both: { ...purchase, amountMinor: 900n, balanceMinor: 200n, channel: 'MOCK' },
  balance: { ...purchase, amountMinor: 900n, balanceMinor: 900n, channel: null },
} as const;

export const start = (how: keyof typeof starts): SagaCommand => ({
  type: 'StartCheckout',
  data: starts[how],
});

/** What the inventory answers for the first or second line. */
export const stock = (
  step: 'RESERVE' | 'CONFIRM' | 'RELEASE',
  line: 1 | 2,
  code: string | null = null,
): SagaCommand => ({
  type: 'RecordStockAnswer',
  data: {
    ...{ orderNo, reservationId: `O-1-${line}`, sku: line === 1 ? 'tea' : 'cup' },
    ...{ step, accepted: code === null, code },
  },
});

export const funds = (
  step: 'HOLD' | 'CAPTURE' | 'RELEASE',
  code: string | null = null,
): SagaCommand => ({
  type: 'RecordFundsAnswer',
  data: { orderNo, account: 'u1', holdId: orderNo, step, accepted: code === null, code },
});

export const payment = (code: string | null = null): SagaCommand => ({
  type: 'RecordPaymentAnswer',
  data: { orderNo, payNo: code === null ? 'PAY-1' : null, accepted: code === null, code },
});

export const ended = (end: 'PAID' | 'FAILED' | 'EXPIRED' | 'CANCELLED'): SagaCommand => ({
  type: 'RecordOrderEnded',
  data: { orderNo, end, orderEventId: 'order-event' },
});

export const push: SagaCommand = {
  type: 'PushCheckout',
  data: { orderNo, pushId: 'push-1', reason: 'restocked' },
};

export const repeat: SagaCommand = { type: 'RepeatCheckout', data: {} };

export interface Played {
  readonly state: SagaState;
  readonly events: readonly SagaEvent[];
}

/** Plays commands one after another, a repeat at the moment it is due. */
export function play(...commands: readonly SagaCommand[]): Played {
  let state = sagaDecider.initialState;
  const events: SagaEvent[] = [];
  let { atMs } = anyContext;
  for (const command of commands) {
    if (command.type === 'RepeatCheckout') atMs = sagaDecider.timers(state)[0]?.dueMs ?? atMs;
    const decision = sagaDecider.decide(command, state, { ...anyContext, atMs });
    if (decision.kind !== 'accepted') continue;
    for (const event of decision.events) {
      events.push(event);
      state = sagaDecider.evolve(state, event);
    }
  }
  return { state, events };
}

/** An event in a word or two: what was asked, of whom, and how it was answered. */
export function wordsOf(event: SagaEvent): string {
  const name = event.type.replace(/^Checkout/, '');
  switch (event.type) {
    case 'CheckoutStockRequested': {
      const lines = event.data.reservationIds.map((id) => id.slice(-1)).join('');
      return `${name} ${event.data.step} ${lines} #${event.data.attempt}`;
    }
    case 'CheckoutStockAnswered': {
      const { step, reservationId, accepted } = event.data;
      return `${name} ${step} ${reservationId.slice(-1)} ${accepted ? 'yes' : 'no'}`;
    }
    case 'CheckoutFundsRequested':
      return `${name} ${event.data.step} #${event.data.attempt}`;
    case 'CheckoutFundsAnswered':
      return `${name} ${event.data.step} ${event.data.accepted ? 'yes' : 'no'}`;
    case 'CheckoutPaymentRequested':
      return `${name} #${event.data.attempt}`;
    case 'CheckoutPaymentAnswered':
      return `${name} ${event.data.accepted ? 'yes' : 'no'}`;
    case 'CheckoutOrderRequested':
      return `${name} ${event.data.step} #${event.data.attempt}`;
    case 'CheckoutOrderEnded':
      return `${name} ${event.data.end}`;
    case 'CheckoutStarted':
    case 'CheckoutPushed':
    case 'CheckoutCompleted':
    case 'CheckoutCompensated':
      return name;
  }
}
