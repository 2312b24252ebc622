import { digest } from '@plumbline/kernel';
import type { SagaEvent } from './events.ts';
import { repeatMs } from './limits.ts';
import type { Funds, Saga, SagaLine } from './state.ts';
import { payableMinorOf, phaseOf } from './state.ts';

/** What a checkout wants of others right now, whether or not it has asked for it. */
export interface Wants {
  /** The step that each line needs, by reservation. */
  readonly stock: ReadonlyMap<string, NonNullable<SagaLine['asked']>>;
  readonly funds: Funds['asked'];
  readonly other: Saga['asked'];
}

const nothing: Wants = { stock: new Map(), funds: null, other: null };

/** Whoever wants nothing of anybody waits for the buyer, or is done. */
export function wantsNothing(saga: Saga): boolean {
  const { stock, funds, other } = wantsOf(saga);
  return stock.size === 0 && funds === null && other === null;
}

/** A function of what is known alone: forgetting to ask for something is not possible. */
export function wantsOf(saga: Saga): Wants {
  switch (phaseOf(saga)) {
    case 'RESERVING':
      return { ...nothing, stock: stockSteps(saga, toReserve) };
    case 'HOLDING':
      return { ...nothing, funds: 'HOLD' };
    case 'PAYING':
      return { ...nothing, other: 'PAY' };
    case 'SETTLING':
      return { ...nothing, other: 'SETTLE' };
    case 'FAILING':
      return { ...nothing, other: 'FAIL' };
    case 'WAITING':
      return nothing;
    case 'FINISHING':
      return { ...nothing, stock: stockSteps(saga, toHandOver), funds: toCapture(saga) };
    case 'COMPENSATING': {
      // In reverse: the money was put aside after the goods, and goes back before them.
      const funds = toGiveBack(saga);
      return funds === null
        ? { ...nothing, stock: stockSteps(saga, toFree) }
        : { ...nothing, funds };
    }
  }
}

type StepOf = (line: SagaLine) => SagaLine['asked'];

const stockSteps = ({ lines }: Saga, stepOf: StepOf): Wants['stock'] =>
  new Map(
    lines.flatMap((line) => {
      const step = stepOf(line);
      return step === null ? [] : [[line.reservationId, step] as const];
    }),
  );

const toReserve: StepOf = ({ stock }) => (stock === 'free' ? 'RESERVE' : null);

/** Whoever has paid gets the goods: what was refused before is asked for until it is there. */
const toHandOver: StepOf = ({ stock }) => {
  if (stock === 'confirmed') return null;
  return stock === 'reserved' ? 'CONFIRM' : 'RESERVE';
};

/** A reservation that was asked for may have been made, whatever was heard of it. */
const toFree: StepOf = ({ stock, asked, isRepeated }) => {
  if (stock === 'reserved' || asked === 'RELEASE') return 'RELEASE';
  if (stock === 'refused' && isRepeated) return 'RELEASE';
  return stock === 'free' && asked === 'RESERVE' ? 'RELEASE' : null;
};

function toCapture({ balanceMinor, funds }: Saga): Funds['asked'] {
  if (balanceMinor === 0n || funds.state === 'captured') return null;
  return funds.state === 'held' ? 'CAPTURE' : 'HOLD';
}

function toGiveBack({ funds }: Saga): Funds['asked'] {
  if (funds.state === 'held' || funds.asked === 'RELEASE') return 'RELEASE';
  if (funds.state === 'refused' && funds.isRepeated) return 'RELEASE';
  return funds.state === 'free' && funds.asked === 'HOLD' ? 'RELEASE' : null;
}

/** Requests for what is wanted: what was not asked for yet, or with `again` all of it. */
export function requestsFor(
  saga: Saga,
  ask: { readonly atMs: number; readonly attempt: number; readonly again: boolean },
): readonly SagaEvent[] {
  const { orderNo, lines, funds, holdId } = saga;
  const wants = wantsOf(saga);
  const request = requestOf(saga, ask);
  const events: SagaEvent[] = [];
  const isNew = <T>(wanted: T, asked: T): boolean => ask.again || wanted !== asked;
  if (wants.funds !== null && isNew(wants.funds, funds.asked)) {
    const data = { orderNo, step: wants.funds, holdId, ...request };
    events.push({ type: 'CheckoutFundsRequested', data });
  }
  for (const step of ['RESERVE', 'CONFIRM', 'RELEASE'] as const) {
    const ids = lines
      .filter(({ reservationId, asked }) => {
        const wanted = wants.stock.get(reservationId);
        return wanted === step && isNew(wanted, asked);
      })
      .map(({ reservationId }) => reservationId);
    const reservationIds = step === 'RELEASE' ? ids.reverse() : ids;
    if (ids.length === 0) continue;
    const data = { orderNo, step, reservationIds, ...request };
    events.push({ type: 'CheckoutStockRequested', data });
  }
  if (wants.other !== null && isNew(wants.other, saga.asked))
    events.push(otherRequest(saga, wants.other, request));
  return events;
}

type Request = ReturnType<typeof requestOf>;

function otherRequest(saga: Saga, wanted: NonNullable<Saga['asked']>, request: Request): SagaEvent {
  const { orderNo, tenant, currency, channel, refusedBecause } = saga;
  switch (wanted) {
    case 'PAY': {
      const amountMinor = payableMinorOf(saga);
      // Something is left to pay, so there is a channel: the order has seen to it.
      const data = { orderNo, tenant, amountMinor, currency, channel: channel ?? '', ...request };
      return { type: 'CheckoutPaymentRequested', data };
    }
    case 'SETTLE': {
      const reason = "paid from the buyer's account";
      return {
        type: 'CheckoutOrderRequested',
        data: { orderNo, step: wanted, reason, ...request },
      };
    }
    case 'FAIL': {
      const reason = refusedBecause ?? 'refused';
      return {
        type: 'CheckoutOrderRequested',
        data: { orderNo, step: wanted, reason, ...request },
      };
    }
  }
}

const requestOf = (
  { orderNo }: Saga,
  { atMs, attempt }: { readonly atMs: number; readonly attempt: number },
) => ({ attempt, requestedAt: atMs, repeatAt: atMs + repeatAfterMs(orderNo, attempt) });

/** The wait after an attempt: doubled up to the longest, and up to a fifth sooner, drawn by order. */
export function repeatAfterMs(orderNo: string, attempt: number): number {
  const fullMs = Math.min(repeatMs.first * 2 ** Math.min(attempt - 1, 20), repeatMs.max);
  const drawn = digest('checkout repeat', orderNo, String(attempt)).readUInt32BE() / 2 ** 32;
  return Math.round(fullMs - (fullMs / repeatMs.soonerPart) * drawn);
}
