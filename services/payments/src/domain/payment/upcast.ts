import type { Payment, PaymentState } from './state.ts';

/** Until gateways were asked, statuses had contract 1's names and a payment had nothing else. */
const statuses = {
  INIT: 'created',
  PAYING: 'processing',
  SUCCESS: 'succeeded',
  FAILED: 'failed',
  CLOSED: 'closed',
} as const satisfies Readonly<Record<string, Payment['status']>>;

type OldState = Readonly<Record<string, unknown>> & {
  readonly status: string;
  readonly amountMinor?: bigint;
  readonly contradicted?: boolean;
  readonly gateway?: {
    readonly policy?: object;
    readonly askAtMs?: unknown;
    readonly mismatch?: string | null;
  } | null;
  readonly refunds?: Readonly<Record<string, OldRefund>>;
};

const isOld = (status: string): status is keyof typeof statuses => status in statuses;

/** A payment as it stands in a changelog, in the shape of today. */
export function upcastPayment(stored: unknown): PaymentState {
  // The changelog has one writer, the payments task, and these are the shapes it ever wrote.
  return withOtherTransactions(
    withMerchant(withAccount(withAskAt(withGateway(stored as OldState)))),
  );
}

function withGateway(state: OldState): OldState {
  const { status } = state;
  if (!isOld(status)) return state;
  const now = statuses[status];
  const shared = { ...state, status: now, gateway: null, refunds: {} };
  if (now === 'created' || now === 'processing') return { ...shared, closing: null };
  // An ended payment that was contradicted by a success has the money all the same.
  const isPaid = now === 'succeeded' || state.contradicted === true;
  const capturedMinor = isPaid ? state.amountMinor : 0n;
  return { ...shared, capturedMinor };
}

/** Until then, news that came while the gateway was being asked was not kept. */
function withAskAt(state: OldState): OldState {
  const { gateway } = state;
  if (gateway === undefined || gateway === null || 'askAtMs' in gateway) return state;
  return { ...state, gateway: { ...gateway, askAtMs: null } };
}

/** Until then, every gateway had an account of its own. */
function withAccount(state: OldState): OldState {
  const { gateway } = state;
  if (gateway?.policy === undefined || 'account' in gateway.policy) return state;
  return { ...state, gateway: { ...gateway, policy: { ...gateway.policy, account: null } } };
}

type OldRefund = { readonly sinceMs: number; readonly requestedAtMs?: number };

/** Before the merchant API all orders were kept here, and a refund did not know its beginning. */
function withMerchant(state: OldState): OldState {
  if (state.status === 'none' || 'merchant' in state) return state;
  const refunds = Object.entries(state.refunds ?? {}).map(
    ([id, refund]) => [id, { ...refund, requestedAtMs: refund.sinceMs }] as const,
  );
  return { ...state, ...{ merchant: null, conflicts: [] }, refunds: Object.fromEntries(refunds) };
}

/** Before a second transaction could be given back, all refunds were of the first. */
function withOtherTransactions(state: OldState): PaymentState {
  if (state.status === 'none' || 'otherTransactions' in state)
    return state as unknown as PaymentState;
  const refunds = Object.entries(state.refunds ?? {}).map(([id, refund]) => [
    id,
    { ...refund, gatewayTransactionId: null },
  ]);
  // What differed last is all that is known of what the gateway said then.
  const [, said] = /^QUERY TRANSACTION=(.+)$/s.exec(state.gateway?.mismatch ?? '') ?? [];
  const shape = { otherTransactions: said === undefined ? [] : [said] };
  return {
    ...{ ...state, ...shape, refunds: Object.fromEntries(refunds) as object },
  } as unknown as PaymentState;
}
