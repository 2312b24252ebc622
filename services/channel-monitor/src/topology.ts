import type { PaymentsCommand } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { digest, encryptedOrDigest } from '@plumbline/kernel';
import type { Decided, RoutedCommand, Topology } from '@plumbline/runtime';
import { aggregateTopology } from '@plumbline/runtime';
import { activeIndex } from './active-index.ts';
import { receivingDecider } from './domain/receiving/account.ts';
import type { AccountCommand } from './domain/receiving/commands.ts';
import type { AccountEvent, AccountEventOf } from './domain/receiving/events.ts';
import type { AccountState } from './domain/receiving/state.ts';

/** Personal accounts, one aggregate each, which match the money on them to the orders that wait. */
export const receivingTopology: Topology = aggregateTopology({
  name: 'receiving',
  decider: receivingDecider,
  topics: {
    commands: topics.receivingCommands.name,
    events: topics.receivingEvents.name,
    outcomes: topics.receivingOutcomes.name,
    changelog: topics.receivingChangelog.name,
    deadLetters: topics.receivingDeadLetters.name,
  },
  subjectOf: ({ data }) => `${data.pid}.${data.aid}`,
  index: activeIndex,
  asks: { topics: [topics.paymentsCommands.name], commandsOf: tellPayment },
});

/** Matched money is a callback of the payment's gateway, which the account is. */
function tellPayment({
  decision,
}: Decided<AccountState, AccountCommand, AccountEvent>): readonly RoutedCommand[] {
  if (decision.kind !== 'accepted') return [];
  return decision.events.flatMap((event) => {
    if (event.type !== 'MoneyMatched') return [];
    const { payNo } = event.data;
    const payload = callbackOf(event.data);
    return [{ topic: topics.paymentsCommands.name, key: payNo, subject: payNo, payload }];
  });
}

function callbackOf(data: AccountEventOf<'MoneyMatched'>): PaymentsCommand {
  const { tenant, pid, aid, payNo, reference, platformOrder, currency, rawPayload } = data;
  const callbackId = digest('money', tenant, pid, aid, platformOrder).toString('hex').slice(0, 32);
  const nothing = { code: null, message: null, handle: null, payUrl: null, gatewayRefundId: null };
  return {
    type: 'ReportGatewayCallback',
    data: {
      ...{ payNo, channel: 'PERSONAL', reference, callbackId, merchantMatches: true },
      refundReference: null,
      answer: {
        ...{ ...nothing, result: 'PAID', gatewayTransactionId: platformOrder, currency },
        ...{ amountMinor: data.toldMinor, occurredAt: data.receivedAt, refundedMinor: null },
      },
      // Of what a person matched it stands in the event before.
      rawPayload: encryptedOrDigest(rawPayload ?? ''),
    },
  };
}
