import type { AggregateTimer, Decider, Decision, DecisionContext, Json } from '@plumbline/kernel';
import { accepted, invariant, rejected, unchanged, unreachable } from '@plumbline/kernel';
import type { SagaCommand, SagaCommandOf } from './commands.ts';
import type { SagaEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { reserveBeyondDeadlineMs } from './limits.ts';
import type { SagaRejectionCode } from './rejections.ts';
import { sagaRejection } from './rejections.ts';
import type { Saga, SagaState } from './state.ts';
import { initialSaga, phaseOf } from './state.ts';
import { requestsFor, wantsNothing } from './steps.ts';

type SagaDecision = Decision<SagaEvent>;

const refuse = (code: SagaRejectionCode): SagaDecision => rejected(sagaRejection(code));

/** The event, and everything that becomes due by it: new requests, or the end. */
function withConsequences(event: SagaEvent, state: SagaState, atMs: number): SagaDecision {
  return accepted(event, ...consequences(evolve(state, event), atMs));
}

function consequences(state: SagaState, atMs: number): readonly SagaEvent[] {
  if (state.status !== 'open') return [];
  const { orderNo } = state;
  const isDone = wantsNothing(state);
  const phase = phaseOf(state);
  if (isDone && phase === 'FINISHING')
    return [{ type: 'CheckoutCompleted', data: { orderNo, completedAt: atMs } }];
  if (isDone && phase === 'COMPENSATING')
    return [{ type: 'CheckoutCompensated', data: { orderNo, compensatedAt: atMs } }];
  return requestsFor(state, { atMs, attempt: 1, again: false });
}

function start(
  { items, ...data }: SagaCommandOf<'StartCheckout'>,
  state: SagaState,
  { atMs }: DecisionContext,
): SagaDecision {
  if (state.status !== 'none') return unchanged;
  const { orderNo, payBy } = data;
  const lines = items.map((item, index) => ({
    ...item,
    // An order's number is its own, so its lines' numbers are, too.
    reservationId: `${orderNo}-${index + 1}`,
  }));
  const rest = { holdId: orderNo, reserveUntil: payBy + reserveBeyondDeadlineMs, startedAt: atMs };
  return withConsequences(
    { type: 'CheckoutStarted', data: { ...data, lines, ...rest } },
    state,
    atMs,
  );
}

/** What was to be given back and is not there was never taken. */
const neverThere = new Set([
  ...['ITEM_NOT_FOUND', 'RESERVATION_NOT_FOUND'],
  ...['ACCOUNT_NOT_FOUND', 'HOLD_NOT_FOUND'],
]);

function recordStock(
  data: SagaCommandOf<'RecordStockAnswer'>,
  saga: Saga,
  { atMs }: DecisionContext,
): SagaDecision {
  const { reservationId, step } = data;
  const line = saga.lines.find((each) => each.reservationId === reservationId);
  if (line === undefined) return refuse('LINE_UNKNOWN');
  if (step === 'UNKNOWN') return refuse('ANSWER_UNKNOWN');
  const isAccepted = data.accepted || (step === 'RELEASE' && neverThere.has(data.code ?? ''));
  const event: SagaEvent = {
    type: 'CheckoutStockAnswered',
    data: { ...data, accepted: isAccepted, answeredAt: atMs },
  };
  return news(event, saga, atMs);
}

function recordFunds(
  data: SagaCommandOf<'RecordFundsAnswer'>,
  saga: Saga,
  { atMs }: DecisionContext,
): SagaDecision {
  const { orderNo, holdId, step, code } = data;
  if (holdId !== saga.holdId) return refuse('HOLD_UNKNOWN');
  if (step === 'UNKNOWN') return refuse('ANSWER_UNKNOWN');
  const isAccepted = data.accepted || (step === 'RELEASE' && neverThere.has(code ?? ''));
  const event: SagaEvent = {
    type: 'CheckoutFundsAnswered',
    data: { orderNo, step, holdId, accepted: isAccepted, code, answeredAt: atMs },
  };
  return news(event, saga, atMs);
}

/** An answer that changes nothing came before, or too late to matter. */
function news(event: SagaEvent, saga: Saga, atMs: number): SagaDecision {
  return evolve(saga, event) === saga ? unchanged : withConsequences(event, saga, atMs);
}

function recordPayment(
  data: SagaCommandOf<'RecordPaymentAnswer'>,
  saga: Saga,
  { atMs }: DecisionContext,
): SagaDecision {
  return news({ type: 'CheckoutPaymentAnswered', data: { ...data, answeredAt: atMs } }, saga, atMs);
}

function recordEnd(
  data: SagaCommandOf<'RecordOrderEnded'>,
  saga: Saga,
  { atMs }: DecisionContext,
): SagaDecision {
  if (data.end === 'UNKNOWN') return refuse('ANSWER_UNKNOWN');
  if (saga.orderEnd !== null) return unchanged;
  return withConsequences(
    { type: 'CheckoutOrderEnded', data: { ...data, endedAt: atMs } },
    saga,
    atMs,
  );
}

function push(
  { pushId, reason }: SagaCommandOf<'PushCheckout'>,
  saga: Saga,
  { atMs }: DecisionContext,
): SagaDecision {
  if (saga.pushIds.includes(pushId)) return unchanged;
  const { orderNo } = saga;
  const requests = requestsFor(saga, { atMs, attempt: 1, again: true });
  if (requests.length === 0) return refuse('CHECKOUT_WAITS_FOR_PAYMENT');
  return accepted<SagaEvent>(
    { type: 'CheckoutPushed', data: { orderNo, pushId, reason, pushedAt: atMs } },
    ...requests,
  );
}

function repeat(saga: Saga, { atMs }: DecisionContext): SagaDecision {
  const { waiting } = saga;
  if (waiting === null || atMs < waiting.repeatAtMs) return unchanged;
  const again = { atMs, attempt: waiting.attempt + 1, again: true };
  const [first, ...rest] = requestsFor(saga, again);
  return first === undefined ? unchanged : accepted(first, ...rest);
}

function decide(command: SagaCommand, state: SagaState, context: DecisionContext): SagaDecision {
  if (command.type === 'StartCheckout') return start(command.data, state, context);
  if (state.status === 'none') return refuse('CHECKOUT_NOT_FOUND');
  if (state.status !== 'open')
    return command.type === 'PushCheckout' ? refuse('CHECKOUT_ENDED') : unchanged;
  switch (command.type) {
    case 'RecordStockAnswer':
      return recordStock(command.data, state, context);
    case 'RecordFundsAnswer':
      return recordFunds(command.data, state, context);
    case 'RecordPaymentAnswer':
      return recordPayment(command.data, state, context);
    case 'RecordOrderEnded':
      return recordEnd(command.data, state, context);
    case 'PushCheckout':
      return push(command.data, state, context);
    case 'RepeatCheckout':
      return repeat(state, context);
    default:
      return unreachable(command);
  }
}

/** Small, for it is kept with the newest commands: lines are counted, and listed by the events. */
function answer(state: SagaState): Json {
  if (state.status === 'none') return null;
  const { orderNo, status } = state;
  if (status !== 'open') return { orderNo, phase: status, attempt: null, repeatAtMs: null };
  const { waiting } = state;
  return {
    orderNo,
    phase: phaseOf(state),
    attempt: waiting?.attempt ?? null,
    repeatAtMs: waiting?.repeatAtMs ?? null,
  };
}

const repeatTimer = 'repeat';

function timers(state: SagaState): readonly AggregateTimer[] {
  if (state.status !== 'open' || state.waiting === null) return [];
  return [{ name: repeatTimer, dueMs: state.waiting.repeatAtMs }];
}

export const sagaDecider: Decider<SagaState, SagaCommand, SagaEvent> = {
  initialState: initialSaga,
  decide,
  evolve,
  answer,
  timers,
  onTimer(timer) {
    invariant(timer.name === repeatTimer, `a checkout has no timer ${timer.name}`);
    return { type: 'RepeatCheckout', data: {} };
  },
};
