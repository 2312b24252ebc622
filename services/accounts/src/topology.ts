import type { FundsStep, RecordFundsAnswer } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { parseRoutingKey } from '@plumbline/kernel';
import type { Decided, RoutedCommand, Topology } from '@plumbline/runtime';
import { aggregateTopology } from '@plumbline/runtime';
import { accountDecider } from './domain/account/account.ts';
import type { AccountCommand } from './domain/account/commands.ts';
import type { AccountEvent } from './domain/account/events.ts';
import type { AccountState } from './domain/account/state.ts';

/** What a checkout asks; nobody waits there for the rest. */
const steps: Readonly<Partial<Record<AccountCommand['type'], FundsStep>>> = {
  HoldFunds: 'HOLD',
  CaptureHold: 'CAPTURE',
  ReleaseHold: 'RELEASE',
};

/**
 * The answer to the checkout that asked, which stands under another key. One that names no order
 * gets none, and its decision stands.
 */
function answerTo({
  command: { type, data },
  decision,
}: Decided<AccountState, AccountCommand, AccountEvent>): readonly RoutedCommand[] {
  const step = steps[type];
  if (step === undefined || !('replyTo' in data) || data.replyTo === null) return [];
  const { account, holdId, replyTo: key } = data;
  const orderNo = parseRoutingKey(key)?.orderNo;
  if (orderNo === undefined) return [];
  const code = decision.kind === 'rejected' ? decision.rejection.code : null;
  const told: RecordFundsAnswer = { orderNo, account, holdId, step, accepted: code === null, code };
  const payload = { type: 'RecordFundsAnswer', data: told };
  return [{ topic: topics.checkoutCommands.name, key, subject: orderNo, payload }];
}

/** Money, one aggregate per account. */
export const accountsTopology: Topology = aggregateTopology({
  name: 'accounts',
  decider: accountDecider,
  topics: {
    commands: topics.accountsCommands.name,
    events: topics.accountsEvents.name,
    outcomes: topics.accountsOutcomes.name,
    changelog: topics.accountsChangelog.name,
    deadLetters: topics.accountsDeadLetters.name,
  },
  subjectOf: ({ data }) => data.account,
  asks: { topics: [topics.checkoutCommands.name], commandsOf: answerTo },
});
