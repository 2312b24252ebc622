import type { Evidence, PaymentsEvent } from '@plumbline/events';
import * as limits from './limits.ts';

type DataOf<T extends PaymentsEvent['type']> = Extract<PaymentsEvent, { readonly type: T }>['data'];

/**
 * What the log says of a payment for good: nothing that it can say later takes any of it back. Each
 * fact once, the oldest first, up to a limit.
 */
export interface LastingFacts {
  readonly mismatches: readonly Mismatch[];
  readonly requests: readonly OtherRequest[];
  readonly transactions: readonly SharedTransaction[];
}

interface Seen {
  readonly seen: Evidence;
}

/** A believed report that named another merchant, amount, currency or transaction. */
export type Mismatch = Seen &
  Pick<DataOf<'PaymentReportMismatched'>, 'field' | 'expected' | 'found' | 'source'>;

/** A merchant's request under the same number, with other parameters. */
export type OtherRequest = Seen &
  Pick<DataOf<'PaymentRequestConflicted'>, 'fields' | 'fingerprint'>;

/** A transaction of the gateway that had paid another payment before. */
export type SharedTransaction = Seen &
  Pick<
    DataOf<'PaymentTransactionConflicted'>,
    | 'channel'
    | 'gatewayTransactionId'
    | 'otherPayNo'
    | 'otherTenant'
    | 'otherOrderNo'
    | 'otherEventId'
  >;

export const noLastingFacts: LastingFacts = { mismatches: [], requests: [], transactions: [] };

/**
 * Whether the gateway says it itself, when it is asked, and rules E, F and G are about it; of
 * everything else rule V tells, whoever says it.
 */
export const isOwnAnswer = ({ source, field }: Pick<Mismatch, 'source' | 'field'>): boolean =>
  source === 'QUERY' && (field === 'AMOUNT' || field === 'CURRENCY' || field === 'TRANSACTION');

/**
 * The same object where nothing is new. Where the gateway's own answer says what a signed callback
 * said, it weighs more and takes its place, if that is another rule's.
 */
export function withMismatch(
  facts: LastingFacts,
  { field, expected, found, source }: DataOf<'PaymentReportMismatched'>,
  seen: Evidence,
): LastingFacts {
  const known = facts.mismatches.find((each) => each.field === field && each.found === found);
  const outweighs = isOwnAnswer({ source, field }) && known?.source === 'CALLBACK';
  const before =
    known !== undefined && outweighs
      ? facts.mismatches.filter((each) => each !== known)
      : facts.mismatches;
  const fact = { field, expected, found, source, seen };
  const mismatches = added(before, fact, () => known !== undefined && !outweighs);
  return mismatches === facts.mismatches ? facts : { ...facts, mismatches };
}

export function withOtherRequest(
  facts: LastingFacts,
  { fields, fingerprint }: DataOf<'PaymentRequestConflicted'>,
  seen: Evidence,
): LastingFacts {
  const requests = added(
    facts.requests,
    { fields, fingerprint, seen },
    (known) => known.fingerprint === fingerprint,
  );
  return requests === facts.requests ? facts : { ...facts, requests };
}

export function withSharedTransaction(
  facts: LastingFacts,
  data: DataOf<'PaymentTransactionConflicted'>,
  seen: Evidence,
): LastingFacts {
  const { channel, gatewayTransactionId } = data;
  const { otherPayNo, otherTenant, otherOrderNo, otherEventId } = data;
  const other = { otherPayNo, otherTenant, otherOrderNo, otherEventId };
  const transactions = added(
    facts.transactions,
    { channel, gatewayTransactionId, ...other, seen },
    (known) =>
      known.otherPayNo === otherPayNo && known.gatewayTransactionId === gatewayTransactionId,
  );
  return transactions === facts.transactions ? facts : { ...facts, transactions };
}

function added<Fact>(
  facts: readonly Fact[],
  fact: Fact,
  isSame: (known: Fact) => boolean,
): readonly Fact[] {
  const isKnown = facts.some(isSame) || facts.length >= limits.lastingFactsMax;
  return isKnown ? facts : [...facts, fact];
}
