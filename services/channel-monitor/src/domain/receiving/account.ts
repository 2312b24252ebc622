import type { AggregateTimer, Decider, Decision, DecisionContext, Json } from '@plumbline/kernel';
import { accepted, rejected, unchanged, unreachable } from '@plumbline/kernel';
import { accountAnswer, moneyAnswer, orderAnswer } from './answers.ts';
import type { AccountCommand } from './commands.ts';
import type { AccountEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { matchByHand, reportMoney, setAside } from './money.ts';
import { activate, endOrder, expireOrders } from './orders.ts';
import { change, register } from './registration.ts';
import { receivingRejection } from './rejections.ts';
import type { AccountState, ReceivingAccount } from './state.ts';
import { noAccount } from './state.ts';

const expireTimer = 'expire';

type AccountDecision = Decision<AccountEvent>;

const notFound: AccountDecision = rejected(receivingRejection('ACCOUNT_NOT_FOUND'));

function pause(
  data: Extract<AccountCommand, { readonly type: 'PauseReceivingAccount' }>['data'],
  { status }: ReceivingAccount,
  { atMs }: DecisionContext,
): AccountDecision {
  if (status === 'PAUSED') return unchanged;
  return accepted({ type: 'ReceivingAccountPaused', data: { ...data, pausedAt: atMs } });
}

function resume(
  data: Extract<AccountCommand, { readonly type: 'ResumeReceivingAccount' }>['data'],
  { status }: ReceivingAccount,
  { atMs }: DecisionContext,
): AccountDecision {
  if (status === 'OPEN') return unchanged;
  return accepted({ type: 'ReceivingAccountResumed', data: { ...data, resumedAt: atMs } });
}

/** Whether a command means this account: its record key led here, whatever else it says. */
const isAbout = (
  data: { readonly tenant: string; readonly pid: string; readonly aid: string },
  state: ReceivingAccount,
): boolean => data.tenant === state.tenant && data.pid === state.pid && data.aid === state.aid;

function decide(
  command: AccountCommand,
  state: AccountState,
  context: DecisionContext,
): AccountDecision {
  if (command.type === 'ExpireOrders')
    return state.status === 'none' ? unchanged : expireOrders(state, context);
  if (state.status !== 'none' && !isAbout(command.data, state)) return notFound;
  if (command.type === 'RegisterReceivingAccount')
    return register(command.data, state.status === 'none' ? null : state, context);
  if (state.status === 'none') return notFound;
  switch (command.type) {
    case 'ChangeReceivingAccount':
      return change(command.data, state, context);
    case 'PauseReceivingAccount':
      return pause(command.data, state, context);
    case 'ResumeReceivingAccount':
      return resume(command.data, state, context);
    case 'ActivateOrder':
      return activate(command.data, state, context);
    case 'QueryActiveOrder':
      return unchanged;
    case 'EndActiveOrder':
      return endOrder(command.data, state, context);
    case 'ReportMoney':
      return reportMoney(command.data, state, context);
    case 'MatchMoney':
      return matchByHand(command.data, state, context);
    case 'SetMoneyAside':
      return setAside(command.data, state, context);
    default:
      return unreachable(command);
  }
}

/** What the command is about as JSON, never all of an account, because answers are kept. */
function answer(
  state: AccountState,
  command: AccountCommand,
  decision: Decision<AccountEvent>,
): Json {
  if (state.status === 'none') return null;
  switch (command.type) {
    case 'RegisterReceivingAccount':
    case 'ChangeReceivingAccount':
    case 'PauseReceivingAccount':
    case 'ResumeReceivingAccount':
      return { account: accountAnswer(state) };
    case 'ActivateOrder':
    case 'QueryActiveOrder':
    case 'EndActiveOrder':
      return { order: orderAnswer(state, command.data.reference) };
    case 'ReportMoney': {
      const [event] = decision.kind === 'accepted' ? decision.events : [];
      const isFirst = event?.type === 'MoneyMatched' || event?.type === 'MoneyUnmatched';
      return moneyAnswer(state, command.data.platformOrder, { isRepeat: !isFirst });
    }
    case 'MatchMoney':
    case 'SetMoneyAside':
      return moneyAnswer(state, command.data.platformOrder, { isRepeat: false });
    case 'ExpireOrders':
      return null;
    default:
      return unreachable(command);
  }
}

function timers(state: AccountState): readonly AggregateTimer[] {
  if (state.status === 'none' || state.active.length === 0) return [];
  const dueMs = Math.min(...state.active.map(({ expireAtMs }) => expireAtMs));
  return [{ name: expireTimer, dueMs }];
}

/** A personal account that people pay into, which matches their money to orders. */
export const receivingDecider: Decider<AccountState, AccountCommand, AccountEvent> = {
  initialState: noAccount,
  decide,
  evolve,
  answer,
  timers,
  onTimer: () => ({ type: 'ExpireOrders', data: {} }),
};
