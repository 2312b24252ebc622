import { invariant, unreachable } from '@plumbline/kernel';
import type { SagaEvent, SagaEventOf } from './events.ts';
import { pushesRemembered } from './limits.ts';
import type { Funds, Saga, SagaLine, SagaState, Waiting } from './state.ts';
import { wantsNothing } from './steps.ts';

/** Returns the very same state where an event says nothing new: so an answer is known to be old. */
export function evolve(state: SagaState, event: SagaEvent): SagaState {
  if (event.type === 'CheckoutStarted') {
    invariant(state.status === 'none', `the checkout of ${event.data.orderNo} began twice`);
    return begun(event.data);
  }
  invariant(state.status === 'open', `${event.type} of a checkout that is ${state.status}`);
  switch (event.type) {
    case 'CheckoutStockRequested':
      return { ...state, lines: asked(state.lines, event.data), waiting: waitingOf(event.data) };
    case 'CheckoutStockAnswered':
      return rested(state, afterStock(state, event.data));
    case 'CheckoutFundsRequested': {
      const { step } = event.data;
      if (step === 'UNKNOWN') return state;
      const funds = askedFor(state.funds, step);
      return { ...state, funds, waiting: waitingOf(event.data) };
    }
    case 'CheckoutFundsAnswered':
      return rested(state, afterFunds(state, event.data));
    case 'CheckoutPaymentRequested':
      return { ...state, asked: 'PAY', waiting: waitingOf(event.data) };
    case 'CheckoutPaymentAnswered':
      return rested(state, afterPayment(state, event.data));
    case 'CheckoutOrderRequested': {
      const { step } = event.data;
      if (step === 'UNKNOWN') return state;
      return { ...state, asked: step, waiting: waitingOf(event.data) };
    }
    case 'CheckoutOrderEnded': {
      const orderEnd = event.data.end === 'PAID' ? 'paid' : 'unpaid';
      return rested(state, { ...state, orderEnd, asked: null });
    }
    case 'CheckoutPushed': {
      const pushIds = [...state.pushIds, event.data.pushId].slice(-pushesRemembered);
      return { ...state, pushIds };
    }
    case 'CheckoutCompleted':
      return { status: 'COMPLETED', orderNo: state.orderNo };
    case 'CheckoutCompensated':
      return { status: 'COMPENSATED', orderNo: state.orderNo };
    default:
      return unreachable(event);
  }
}

const begun = (data: SagaEventOf<'CheckoutStarted'>): Saga => ({
  status: 'open',
  orderNo: data.orderNo,
  tenant: data.tenant,
  buyer: data.buyer,
  currency: data.currency,
  amountMinor: data.amountMinor,
  balanceMinor: data.balanceMinor,
  channel: data.channel,
  lines: data.lines.map((line) => ({ ...line, stock: 'free', asked: null })),
  holdId: data.holdId,
  reserveUntilMs: data.reserveUntil,
  funds: { state: 'free', asked: null },
  payment: 'none',
  orderEnd: null,
  asked: null,
  waiting: null,
  refusedBecause: null,
  pushIds: [],
});

const waitingOf = (data: { readonly attempt: number; readonly repeatAt: number }): Waiting => ({
  attempt: data.attempt,
  repeatAtMs: data.repeatAt,
});

/** Whoever wants nothing waits for nothing. */
function rested(before: Saga, after: Saga): Saga {
  if (after === before || after.waiting === null) return after;
  return wantsNothing(after) ? { ...after, waiting: null } : after;
}

function asked(
  lines: readonly SagaLine[],
  { step, reservationIds }: SagaEventOf<'CheckoutStockRequested'>,
): readonly SagaLine[] {
  if (step === 'UNKNOWN') return lines;
  const ids = new Set(reservationIds);
  return lines.map((line) => (ids.has(line.reservationId) ? askedFor(line, step) : line));
}

/** Each request is a command of its own: another answer than the first may follow. */
const askedFor = <Part extends { readonly asked: string | null; readonly isRepeated?: true }>(
  part: Part,
  step: NonNullable<Part['asked']>,
): Part => ({ ...part, asked: step, ...(part.asked === step ? { isRepeated: true } : {}) });

/** The code of the first refusal of all, whoever refused. */
const firstRefusal = (
  { refusedBecause }: Saga,
  after: SagaLine['stock'] | Funds['state'] | Saga['payment'],
  code: string | null,
): string | null => refusedBecause ?? (after === 'refused' ? code : null);

function afterStock(saga: Saga, data: SagaEventOf<'CheckoutStockAnswered'>): Saga {
  const { reservationId, code } = data;
  const line = saga.lines.find((each) => each.reservationId === reservationId);
  const changed = line && lineAfter(line, data, saga.orderEnd);
  if (changed === undefined || changed === line) return saga;
  const lines = saga.lines.map((each) => (each === line ? changed : each));
  return { ...saga, lines, refusedBecause: firstRefusal(saga, changed.stock, code) };
}

function lineAfter(
  line: SagaLine,
  { step, accepted }: SagaEventOf<'CheckoutStockAnswered'>,
  orderEnd: Saga['orderEnd'],
): SagaLine {
  switch (step) {
    case 'RESERVE': {
      const isAwaited = line.asked === 'RESERVE';
      if (accepted && (line.stock === 'free' || line.stock === 'refused'))
        return { ...line, stock: 'reserved', asked: isAwaited ? null : line.asked };
      // Once the order is paid a refusal is no answer: it is asked for again in its time.
      if (accepted || !isAwaited || orderEnd !== null || line.stock !== 'free') return line;
      return { ...line, stock: 'refused', asked: null };
    }
    case 'CONFIRM':
      return accepted && line.asked === 'CONFIRM'
        ? { ...line, stock: 'confirmed', asked: null }
        : line;
    case 'RELEASE':
      return accepted && line.asked === 'RELEASE'
        ? { ...line, stock: 'released', asked: null }
        : line;
    case 'UNKNOWN':
      return line;
    default:
      return unreachable(step);
  }
}

function afterFunds(saga: Saga, data: SagaEventOf<'CheckoutFundsAnswered'>): Saga {
  const funds = fundsAfter(saga.funds, data, saga.orderEnd);
  if (funds === saga.funds) return saga;
  return { ...saga, funds, refusedBecause: firstRefusal(saga, funds.state, data.code) };
}

function fundsAfter(
  funds: Funds,
  { step, accepted }: SagaEventOf<'CheckoutFundsAnswered'>,
  orderEnd: Saga['orderEnd'],
): Funds {
  switch (step) {
    case 'HOLD': {
      const isAwaited = funds.asked === 'HOLD';
      if (accepted && (funds.state === 'free' || funds.state === 'refused'))
        return { ...funds, state: 'held', asked: isAwaited ? null : funds.asked };
      if (accepted || !isAwaited || orderEnd !== null || funds.state !== 'free') return funds;
      return { ...funds, state: 'refused', asked: null };
    }
    case 'CAPTURE':
      return accepted && funds.asked === 'CAPTURE' ? { state: 'captured', asked: null } : funds;
    case 'RELEASE':
      return accepted && funds.asked === 'RELEASE' ? { state: 'released', asked: null } : funds;
    case 'UNKNOWN':
      return funds;
    default:
      return unreachable(step);
  }
}

function afterPayment(
  saga: Saga,
  { accepted, code }: SagaEventOf<'CheckoutPaymentAnswered'>,
): Saga {
  if (saga.asked !== 'PAY') return saga;
  const payment = accepted ? 'open' : 'refused';
  return { ...saga, payment, asked: null, refusedBecause: firstRefusal(saga, payment, code) };
}
