import type { KeyedPaymentsEvent } from './check-books.ts';
import type { Violation } from './violation.ts';
import { violation } from './violation.ts';

/** What a client was answered to one request for a refund. */
export interface RefundAnswer {
  /** The Idempotency-Key; `null` for a request that cannot be repeated. */
  readonly key: string | null;
  readonly amountMinor: number;
  /** HTTP status; `null` when nobody answered, and for a 5xx: it may have happened. */
  readonly status: number | null;
  /** Of the refund order, of a 202. */
  readonly refundId: string | null;
}

/** A refund order as the API shows it at the end. */
export interface ShownRefund {
  readonly id: string;
  readonly status: string;
  readonly amount: number;
}

const ends = { RefundSucceeded: 'succeeded', RefundFailed: 'failed' } as const;

/**
 * Contract 4's answers about the refunds of one payment against its log: each 202 has its refund, of
 * that sum; a key has one refund however often it came, and no two keys the same one; and nobody was
 * given a refund who was told no. The API shows at the end what the log has.
 */
export function checkRefundAnswers(of: {
  readonly log: readonly KeyedPaymentsEvent[];
  readonly answers: readonly RefundAnswer[];
  readonly shown: readonly ShownRefund[];
}): readonly Violation[] {
  const requested = new Map<string, bigint>();
  const ended = new Map<string, string>();
  for (const { event } of of.log) {
    if (event.type === 'RefundRequested')
      requested.set(event.data.refundId, event.data.amountMinor);
    if (event.type === 'RefundSucceeded' || event.type === 'RefundFailed')
      ended.set(event.data.refundId, ends[event.type]);
  }
  return [
    ...of.answers.flatMap((answer) => unkept(answer, requested)),
    ...keyed(of.answers),
    ...tooMany(of.answers, requested.size),
    ...of.shown.flatMap(({ id, status, amount }) => {
      const should = `${ended.get(id) ?? 'nothing'} ${requested.get(id) ?? 0n}`;
      if (`${status} ${amount}` === should) return [];
      return [violation('I4', `refund ${id} shows ${status} ${amount}, and not ${should}`)];
    }),
  ];
}

function unkept(answer: RefundAnswer, requested: ReadonlyMap<string, bigint>): Violation[] {
  const { status, refundId, amountMinor } = answer;
  if (status !== 202) return [];
  const amount = requested.get(refundId ?? '');
  if (amount === undefined)
    return [violation('I1', `${refundId ?? '?'} was answered with 202, and is no refund`)];
  if (amount === BigInt(amountMinor)) return [];
  return [violation('I1', `${refundId ?? '?'} is of ${amount}, and not of ${amountMinor}`)];
}

function keyed(answers: readonly RefundAnswer[]): Violation[] {
  const byKey = new Map<string, Set<string>>();
  const owners = new Map<string, string>();
  const found: Violation[] = [];
  for (const [at, { key, refundId }] of answers.entries()) {
    if (refundId === null) continue;
    const owner = key ?? `request ${at}`;
    byKey.set(owner, (byKey.get(owner) ?? new Set()).add(refundId));
    const other = owners.get(refundId) ?? owner;
    if (other !== owner)
      found.push(violation('I3', `${refundId} was given to ${other} and to ${owner}`));
    owners.set(refundId, owner);
  }
  for (const [key, ids] of byKey)
    if (ids.size > 1) found.push(violation('I3', `${key} has ${ids.size} refunds`));
  return found;
}

/** A refund that nobody was told of can only be of a request whose answer was lost. */
function tooMany(answers: readonly RefundAnswer[], requested: number): Violation[] {
  const told = new Set(answers.flatMap(({ refundId }) => refundId ?? [])).size;
  const lost = answers.filter(({ status }) => status === null).length;
  if (requested <= told + lost) return [];
  const what = `${requested} refunds: ${told} were answered with 202, ${lost} answers were lost`;
  return [violation('I17', what)];
}
