import type { ReceivingCommand } from '@plumbline/events';
import type { CommandGateway, Executed } from '@plumbline/http';
import { Overloaded, WriteFailed } from '@plumbline/http';
import { derivedUuid, routingKey, slotOf, unreachable } from '@plumbline/kernel';
import { wasThere } from '../../worker/answer-record.ts';
import type { CallableGateway } from '../../worker/call-worker.ts';
import { refused, refusedForNow, unknown, unreadable } from '../answers.ts';
import type { CallContext, CreateCall, GatewayCalls } from '../gateway-calls.ts';
import type {
  CloseAnswer,
  CreateAnswer,
  NotSent,
  PaymentReference,
  QueryAnswer,
  Refused,
  Unknown,
} from '../port.ts';
import type { AccountName } from './account-name.ts';
import { accountIdOf, parseAccountName } from './account-name.ts';
import type { AccountOrder } from './order-answer.ts';
import { orderOfAnswer } from './order-answer.ts';

export interface PersonalAccountsOptions {
  /** Of the accounts' own commands. */
  readonly commands: Pick<CommandGateway, 'execute'>;
  /** Whose accounts they are. */
  readonly tenant: string;
  /** The longest that one call may take. */
  readonly deadlineMs: number;
}

/**
 * The channel PERSONAL: people pay into an ordinary account, which waits for the money of an order.
 * It is a gateway of our own, asked by commands on the log in the place of calls over HTTP. It has
 * no callbacks: an account tells a payment of its money by itself, in the transaction that matches it.
 *
 *   create ──► ActivateOrder      query ──► QueryActiveOrder      close ──► EndActiveOrder
 *
 * A command is decided in the order in which it was written: a question is answered after whatever
 * was asked before, so that "not found" is the last word about a creation that nobody answered.
 */
export function createPersonalAccounts(options: PersonalAccountsOptions): CallableGateway {
  const ask = createAsking(options);
  const calls: GatewayCalls = {
    create: (input, context) => create(ask, input, context),
    query: (input, context) => query(ask, input, context),
    close: (input, context) => close(ask, input, context),
    // Whoever holds the account gives money back with his own hands.
    refund: () =>
      Promise.resolve(
        refused('REFUND_BY_HAND', 'money on a personal account is given back by its holder'),
      ),
    queryRefund: () => Promise.resolve({ kind: 'not-found' }),
  };
  return {
    calls,
    deadlineMs: options.deadlineMs,
    // One account that takes no orders now is no reason to leave the others alone.
    wasThere: (answer) => answer.kind === 'refused' || wasThere(answer),
  };
}

/** What an account said, or why it said nothing. */
type Said =
  /** `order`: `null` for one that it does not know. `account`: `pid.aid`. */
  | { readonly kind: 'said'; readonly account: string; readonly order: AccountOrder | null }
  | { readonly kind: 'rejected'; readonly code: string; readonly message: string }
  | Unknown
  | NotSent;

type OrderCommandType = 'ActivateOrder' | 'QueryActiveOrder' | 'EndActiveOrder';
type OrderCommand = Extract<ReceivingCommand, { readonly type: OrderCommandType }>;
type Ask = (
  context: CallContext,
  commandOf: (account: AccountName & { readonly tenant: string }) => OrderCommand,
) => Promise<Said | 'no account'>;

/** One command to the account that the call names, under an id that is the call's. Never rejects. */
function createAsking({ commands, tenant }: PersonalAccountsOptions): Ask {
  return async (context, commandOf) => {
    const account = context.account === null ? null : parseAccountName(context.account);
    if (account === null) return 'no account';
    const payload = commandOf({ ...account, tenant });
    const accountId = accountIdOf(account);
    const key = routingKey(tenant, accountId);
    const { callId, correlationId, traceparent } = context;
    const { reference } = payload.data;
    try {
      const executed = await commands.execute({
        ...{ key, payload, subject: reference, correlationId, causationId: callId },
        id: derivedUuid(slotOf(key), 'command', 'personal-accounts', payload.type, callId),
        actor: 'system:gateway-calls',
        ...(traceparent === null ? {} : { traceparent }),
      });
      return said(executed, { account: accountId, reference });
    } catch (error) {
      return notAnswered(error);
    }
  };
}

function notAnswered(error: unknown): Unknown | NotSent {
  const about = unknown('CONNECTION_LOST', error instanceof Error ? error.message : 'no answer');
  const isUnwritten = error instanceof Overloaded || error instanceof WriteFailed;
  if (!isUnwritten) return about;
  return { ...about, kind: 'not-sent', code: 'NOT_CONNECTED', temporary: true };
}

function said(
  executed: Executed,
  { account, reference }: { readonly account: string; readonly reference: string },
): Said {
  if (executed.kind === 'pending')
    return unknown('TIMED_OUT', 'the account has not decided in time');
  const { status, code, message, answer } = executed.outcome;
  switch (status) {
    case 'ACCEPTED':
    case 'UNCHANGED': {
      const order = orderOfAnswer(answer);
      if (order === undefined) return unreadable('the answer of the account could not be read');
      if (order !== null && order.reference !== reference)
        return unknown('OTHER_PAYMENT', 'the account answered about another order');
      return { kind: 'said', account, order };
    }
    case 'REJECTED':
      return {
        ...{ kind: 'rejected', code: code ?? 'REJECTED' },
        message: message ?? 'the account refused the order',
      };
    case 'DEAD_LETTERED':
    case 'UNKNOWN':
      return unknown(status, 'nobody knows what the account made of it');
    default:
      return unreachable(status);
  }
}

/** Why an account takes no order now, and may later. */
const forNow: ReadonlySet<string> = new Set([
  ...['ACCOUNT_PAUSED', 'AMOUNTS_USED_UP', 'TOO_MANY_ORDERS'],
]);

const accountMissing = (): Refused =>
  refused('ACCOUNT_MISSING', 'the payment does not say into which account it is paid');

async function create(
  ask: Ask,
  { reference, amountMinor, currency, expireAtMs: expireAt }: CreateCall,
  context: CallContext,
): Promise<CreateAnswer | NotSent> {
  const { payNo, orderNo } = context;
  const answer = await ask(context, (account) => ({
    type: 'ActivateOrder',
    data: { ...account, orderNo, payNo, reference, amountMinor, currency, expireAt },
  }));
  if (answer === 'no account') return accountMissing();
  switch (answer.kind) {
    case 'unknown':
    case 'not-sent':
      return answer;
    case 'rejected': {
      const { code, message } = answer;
      if (forNow.has(code)) return refusedForNow(code, message);
      // It had it, and it has ended: how, only a question tells.
      return code === 'ORDER_ENDED' ? unknown(code, message) : refused(code, message);
    }
    case 'said': {
      const { account, order } = answer;
      if (order?.status !== 'ACTIVE')
        return unknown('NOT_ACTIVE', 'the account does not wait for the order');
      const { payUrl, cid } = order;
      return { kind: 'accepted', gatewayTransactionId: null, payUrl, handle: `${account}.${cid}` };
    }
    default:
      return unreachable(answer);
  }
}

async function query(
  ask: Ask,
  { reference }: PaymentReference,
  context: CallContext,
): Promise<QueryAnswer | NotSent> {
  const answer = await ask(context, ({ tenant, pid, aid }) => ({
    type: 'QueryActiveOrder',
    data: { tenant, pid, aid, reference },
  }));
  if (answer === 'no account') return unknown('ACCOUNT_MISSING', accountMissing().message);
  switch (answer.kind) {
    case 'unknown':
    case 'not-sent':
      return answer;
    case 'rejected': {
      // Accounts are never taken away: where there is none, none ever took the order.
      if (answer.code === 'ACCOUNT_NOT_FOUND') return { kind: 'not-found' };
      return unknown(answer.code, answer.message);
    }
    case 'said':
      return standingOf(answer.order);
    default:
      return unreachable(answer);
  }
}

function standingOf(order: AccountOrder | null): QueryAnswer {
  if (order === null) return { kind: 'not-found' };
  switch (order.status) {
    case 'ACTIVE':
      return { kind: 'pending', payUrl: order.payUrl };
    case 'CLOSED':
    case 'EXPIRED':
      return { kind: 'closed' };
    case 'PAID': {
      const { toldMinor, currency, platformOrder } = order;
      if (toldMinor === null || platformOrder === null)
        return unknown('AMOUNT_UNKNOWN', 'the account does not say what came in');
      return {
        ...{ kind: 'paid', amountMinor: toldMinor, currency, gatewayTransactionId: platformOrder },
        ...{ paidAtMs: null, refundedMinor: null },
      };
    }
    default:
      return unreachable(order.status);
  }
}

async function close(
  ask: Ask,
  { reference }: PaymentReference,
  context: CallContext,
): Promise<CloseAnswer | NotSent> {
  const answer = await ask(context, ({ tenant, pid, aid }) => ({
    type: 'EndActiveOrder',
    data: { tenant, pid, aid, reference },
  }));
  if (answer === 'no account') return accountMissing();
  switch (answer.kind) {
    case 'unknown':
    case 'not-sent':
      return answer;
    case 'rejected':
      if (answer.code === 'ACCOUNT_NOT_FOUND') return { kind: 'not-found' };
      return refused(answer.code, answer.message);
    case 'said': {
      const status = answer.order?.status;
      if (status === undefined) return { kind: 'not-found' };
      if (status === 'PAID') return { kind: 'paid' };
      if (status === 'ACTIVE') return unknown('NOT_CLOSED', 'the account still waits for it');
      return { kind: 'closed' };
    }
    default:
      return unreachable(answer);
  }
}
