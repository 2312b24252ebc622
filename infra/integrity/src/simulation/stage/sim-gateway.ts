import type { GatewayAdapter, GatewayConnection } from '@plumbline/payments';
import type { Random, SimHost, Simulation } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';

/** What the gateway knows of one attempt at a payment: the truth that checkers compare with. */
export interface BookedPayment {
  readonly reference: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** The gateway's own number of it, which it now and then gives to several. */
  readonly transactionId: string;
  status: 'pending' | 'paid' | 'failed' | 'closed';
  paidAtMs: number | null;
  /** Paid after it was closed. */
  isLate: boolean;
  readonly refunds: Map<string, BookedRefund>;
}

export interface BookedRefund {
  readonly refundReference: string;
  readonly amountMinor: bigint;
  status: 'accepted' | 'done';
}

/** Outside of all processes: it is never down, and yet often not heard, or too late. */
export interface SimGateway {
  readonly adapter: GatewayAdapter;
  /** What one process reaches it by. */
  connect(host: SimHost): Pick<GatewayConnection, 'call'>;
  readonly books: ReadonlyMap<string, BookedPayment>;
  /** From now on every call is answered, and soon. */
  heal(): void;
}

const kinds = ['create', 'query', 'close', 'refund', 'queryRefund'] as const;
type Kind = (typeof kinds)[number];

/** Exchanges that are nothing but names: what goes over the wire is the adapters' own tests'. */
const exchange = (kind: Kind) => ({
  request: () => {
    throw new Error(`${kind} is not sent over HTTP here`);
  },
  read: () => {
    throw new Error(`${kind} is not read from HTTP here`);
  },
});
const exchanges: ReadonlyMap<unknown, Kind> = new Map(kinds.map((kind) => [exchange(kind), kind]));

interface Asked {
  readonly reference: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly refundReference: string;
}

type Answer = Readonly<Record<string, unknown>>;
type Fate = 'not-sent' | 'lost before' | 'lost after' | 'slow' | 'heard';

const notFound: Answer = { kind: 'not-found' };
const lost: Answer = { kind: 'unknown', code: 'TIMED_OUT', message: 'nothing within the deadline' };
const notSent: Answer = {
  ...{ kind: 'not-sent', code: 'NOT_CONNECTED', message: 'refused', temporary: true },
};

export function createSimGateway(options: {
  readonly simulation: Simulation;
  readonly random: Random;
  /** The gateway reports an end, which is its own business and may come at any time. */
  onEnd(payment: BookedPayment): void;
}): SimGateway {
  const { simulation, random } = options;
  const books = new Map<string, BookedPayment>();
  const counts = new Map<string, number>();
  let isHealed = false;

  /** Draws of one call, the same however calls of others are interleaved with it. */
  function drawsOf(kind: Kind, reference: string): Random {
    const name = `${kind}/${reference}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return random.fork(`${name}/${count}`);
  }

  function fateOf(kind: Kind, draws: Random): Fate {
    if (isHealed) return 'heard';
    // Only of a creation without an answer nobody knows what came of it.
    const [lostBefore, lostAfter] = kind === 'create' ? [0.12, 0.25] : [0.08, 0.12];
    const fates: readonly (readonly [Fate, number])[] = [
      ...([['not-sent', 0.1] as const, ['lost before', lostBefore] as const] as const),
      ...([['lost after', lostAfter] as const, ['slow', 0.12] as const] as const),
    ];
    for (const [fate, chance] of fates) if (draws.chance(chance)) return fate;
    return 'heard';
  }

  function create({ reference, amountMinor, currency }: Asked): Answer {
    const known = books.get(reference);
    const isShared = random.fork(`transaction/${reference}`).chance(limits.sharedTransactions);
    const payment: BookedPayment = known ?? {
      ...{ reference, amountMinor, currency, status: 'pending', paidAtMs: null, isLate: false },
      ...{ transactionId: isShared ? 'G-SHARED' : `G-${reference}`, refunds: new Map() },
    };
    const accepted: Answer = {
      ...{ kind: 'accepted', gatewayTransactionId: payment.transactionId, handle: null },
      payUrl: `https://gateway.example/${reference}`,
    };
    if (known !== undefined) return accepted;
    books.set(reference, payment);
    const payer = random.fork(`payer/${reference}`);
    const act = payer.chance(0.65) ? 'paid' : payer.chance(0.3) ? 'failed' : null;
    if (act !== null)
      simulation.after(payer.skewed(100, limits.payerMaxMs), () => end(payment, act));
    return accepted;
  }

  function end(payment: BookedPayment, status: 'paid' | 'failed'): void {
    if (payment.status !== 'pending') return;
    payment.status = status;
    payment.paidAtMs = status === 'paid' ? simulation.nowMs() : null;
    simulation.note(`the gateway: ${payment.reference} is ${status}`);
    options.onEnd(payment);
  }

  function query({ reference }: Asked, draws: Random): Answer {
    const payment = books.get(reference);
    if (payment === undefined) return notFound;
    const { status, paidAtMs, transactionId } = payment;
    if (status === 'paid') {
      const refundedMinor = backOf(payment);
      const ids = { gatewayTransactionId: transactionId, refundedMinor };
      return { kind: 'paid', ...sumSaid(payment, draws), paidAtMs, ...ids };
    }
    if (status === 'failed') return { kind: 'failed', code: 'DECLINED', message: 'declined' };
    return { kind: status };
  }

  /** What went back, and now and then something that somebody gave back over there. */
  function backOf({ reference, refunds }: BookedPayment): bigint {
    const ours = [...refunds.values()]
      .filter(({ status }) => status === 'done')
      .reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
    const isElsewhere = random.fork(`elsewhere/${reference}`).chance(limits.refundedElsewhere);
    return isElsewhere ? ours + 7n : ours;
  }

  /** Its books are right; what it says of them is not always, until it is healed. */
  function sumSaid({ amountMinor, currency }: BookedPayment, draws: Random) {
    if (isHealed || !draws.chance(limits.wrongSums)) return { amountMinor, currency };
    simulation.reached('the gateway spoke of another sum');
    const isAmount = draws.chance(0.7);
    return isAmount ? { amountMinor: 1n, currency } : { amountMinor, currency: 'JPY' };
  }

  function close({ reference }: Asked): Answer {
    const payment = books.get(reference);
    if (payment === undefined) return notFound;
    if (payment.status === 'paid') return { kind: 'paid' };
    if (payment.status === 'pending') {
      payment.status = 'closed';
      const payer = random.fork(`late-payer/${reference}`);
      if (!isHealed && payer.chance(limits.latePayments))
        simulation.after(payer.skewed(100, limits.payerMaxMs), () => endLate(payment));
    }
    return { kind: 'closed' };
  }

  /** Money that was on its way when the payment was closed, and is taken all the same. */
  function endLate(payment: BookedPayment): void {
    payment.isLate = true;
    payment.status = 'paid';
    payment.paidAtMs = simulation.nowMs();
    simulation.note(`the gateway: ${payment.reference} is paid after it was closed`);
    simulation.reached('money came for a payment that was closed');
    options.onEnd(payment);
  }

  function refund({ reference, refundReference, amountMinor }: Asked): Answer {
    const payment = books.get(reference);
    if (payment?.status !== 'paid')
      return { kind: 'refused', code: 'NOT_PAID', message: 'not paid', temporary: false };
    const known = payment.refunds.get(refundReference);
    if (known !== undefined) return refundAnswer(known);
    const back = [...payment.refunds.values()].reduce((sum, each) => sum + each.amountMinor, 0n);
    if (back + amountMinor > payment.amountMinor)
      return { kind: 'refused', code: 'EXCEEDS_PAID', message: 'too much', temporary: false };
    const draws = random.fork(`refund/${refundReference}`);
    const booked: BookedRefund = { refundReference, amountMinor, status: 'done' };
    payment.refunds.set(refundReference, booked);
    if (draws.chance(0.4)) {
      booked.status = 'accepted';
      simulation.after(draws.skewed(100, limits.payerMaxMs), () => void (booked.status = 'done'));
    }
    return refundAnswer(booked);
  }

  const refundAnswer = ({ refundReference, status }: BookedRefund): Answer => ({
    kind: status === 'done' ? 'refunded' : 'accepted',
    gatewayRefundId: `R-${refundReference}`,
  });

  function queryRefund({ reference, refundReference }: Asked): Answer {
    const payment = books.get(reference);
    const found = payment?.refunds.get(refundReference);
    if (payment === undefined || found === undefined) return notFound;
    if (found.status === 'accepted') return { kind: 'pending' };
    const { amountMinor } = found;
    return { ...refundAnswer(found), amountMinor, currency: payment.currency };
  }

  const perform: Readonly<Record<Kind, (asked: Asked, draws: Random) => Answer>> = {
    ...{ create, query, close, refund, queryRefund },
  };

  /** The request is on its way whatever becomes of who sent it. */
  function travel(kind: Kind, asked: Asked): Promise<Answer> {
    const draws = drawsOf(kind, asked.reference);
    const fate = fateOf(kind, draws);
    if (fate !== 'heard') simulation.reached(`a call to the gateway was ${fate}`);
    const thereMs = draws.between(1, 40);
    const backMs = fate === 'slow' ? draws.between(1_000, 6_000) : draws.between(1, 40);
    return new Promise((resolve) => {
      if (fate === 'not-sent') {
        simulation.after(thereMs, () => resolve(notSent));
        return;
      }
      if (fate === 'lost before') {
        simulation.after(limits.callDeadlineMs, () => resolve(lost));
        return;
      }
      simulation.after(thereMs, () => {
        const answer = perform[kind](asked, draws);
        const isLost = fate === 'lost after';
        const waitMs = isLost ? limits.callDeadlineMs : backMs;
        simulation.after(waitMs, () => resolve(isLost ? lost : answer));
      });
    });
  }

  return {
    adapter: {
      ...{ name: 'SIMULATED', currencies: ['CNY'] },
      ...Object.fromEntries([...exchanges].map(([each, kind]) => [kind, each])),
      readCallback: () => ({ kind: 'invalid', code: 'NOT_HERE', reference: null }),
      callbackAnswer: { status: 200, contentType: 'text/plain', body: 'OK' },
      // Its exchanges are names of calls, and the connection knows them.
    } as unknown as GatewayAdapter,
    connect: (host) => ({
      async call(which, input) {
        const kind = exchanges.get(which);
        if (kind === undefined) throw new Error('no exchange of this gateway');
        const answer = await travel(kind, input as unknown as Asked);
        // Nothing of a process that died meanwhile ever runs again.
        await host.clock.sleep(0);
        // Each exchange is answered with what belongs to it.
        return answer as never;
      },
    }),
    books,
    heal: () => {
      isHealed = true;
    },
  };
}
