import type { FundsStep, RecordFundsAnswer } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Decided, RoutedCommand, Topology } from '@plumbline/runtime';
import { aggregateTopology, answerTo } from '@plumbline/runtime';
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

/** The answer to the checkout that asked, which stands under another key. */
function tellCheckout({
  command: { type, data },
  decision,
}: Decided<AccountState, AccountCommand, AccountEvent>): readonly RoutedCommand[] {
  const step = steps[type];
  if (step === undefined || !('replyTo' in data)) return [];
  const { account, holdId, replyTo } = data;
  return answerTo<RecordFundsAnswer>({
    ...{ replyTo, decision, topic: topics.checkoutCommands.name, type: 'RecordFundsAnswer' },
    about: { account, holdId, step },
  });
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
  asks: { topics: [topics.checkoutCommands.name], commandsOf: tellCheckout },
});
