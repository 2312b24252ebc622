import type {
  Channel,
  CheckoutCommand,
  CheckoutEvent,
  CheckoutPaymentRequested,
  PaymentsCommand,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { ProcessManager, ReactionContext } from '@plumbline/kernel';
import { digest, payNo } from '@plumbline/kernel';
import type { Topology } from '@plumbline/runtime';
import { processManagerTopology } from '@plumbline/runtime';
import type { ChannelTerms } from '../offered-channels.ts';
import { channelRefusal } from '../offered-channels.ts';

/** On what terms this installation opens payments: it alone knows its gateways. */
export interface PurchaseTerms extends ChannelTerms {
  readonly lifetimeMs: number;
}

type PurchaseCommand = Extract<
  PaymentsCommand | CheckoutCommand,
  { readonly type: 'CreatePayment' | 'RecordPaymentAnswer' }
>;

const channels: ReadonlySet<string> = new Set<Channel>([
  ...(['MOCK', 'ALIPAY', 'WECHAT', 'PAYPAY', 'LAKALA', 'PERSONAL'] as const),
]);

const isChannel = (text: string): text is Channel => channels.has(text);

/**
 *   CheckoutPaymentRequested ─┬─ a channel that is offered ──► CreatePayment, on today's terms
 *                             └─ any other ──────────────────► RecordPaymentAnswer, refused
 *
 * It remembers nothing: asked again it opens the payment again, and the payment recognises itself.
 */
const openPayments = (
  terms: PurchaseTerms,
): ProcessManager<null, CheckoutEvent, PurchaseCommand> => ({
  initialState: null,
  react: (event, _state, context) =>
    event.type === 'CheckoutPaymentRequested' ? [open(terms, event.data, context)] : [],
  evolve: (state) => state,
});

function open(
  terms: PurchaseTerms,
  { orderNo, tenant, amountMinor, currency, channel }: CheckoutPaymentRequested,
  { atMs, slot, eventId, key }: ReactionContext,
): PurchaseCommand {
  if (!isChannel(channel)) return refused(orderNo, 'CHANNEL_UNKNOWN');
  const refusal = channelRefusal(channel, terms);
  if (refusal !== null) return refused(orderNo, refusal);
  // Nine digits that another request for the same order would have otherwise.
  const random = digest('pay number', eventId).readUInt32BE() % 1_000_000_000;
  return {
    type: 'CreatePayment',
    data: {
      ...{ payNo: payNo({ atMs, slot, random }), orderNo, tenant, amountMinor, currency, channel },
      ...{ lifetimeMs: terms.lifetimeMs, gateway: terms.policyOf(channel), merchant: null },
      replyTo: key,
    },
  };
}

const refused = (orderNo: string, code: string): PurchaseCommand => ({
  type: 'RecordPaymentAnswer',
  data: { orderNo, payNo: null, accepted: false, code },
});

/** Opens the payments that checkouts ask for. */
export const purchasePaymentsTopology = (terms: PurchaseTerms): Topology =>
  processManagerTopology<null, CheckoutEvent, PurchaseCommand>({
    name: 'purchase-payments',
    manager: openPayments(terms),
    events: [topics.checkoutEvents.name],
    topics: {
      changelog: topics.purchasePaymentsChangelog.name,
      deadLetters: topics.purchasePaymentsDeadLetters.name,
    },
    commands: [topics.paymentsCommands.name, topics.checkoutCommands.name],
    route: (command, key) =>
      command.type === 'CreatePayment'
        ? { topic: topics.paymentsCommands.name, key, subject: command.data.payNo }
        : { topic: topics.checkoutCommands.name, key, subject: command.data.orderNo },
  });

/** The same without a gateway: for tools, to which a topology is its name and its topics. */
export const purchasePaymentsWithoutGateways: Topology = purchasePaymentsTopology({
  lifetimeMs: 1_800_000,
  callbackSecret: null,
  policyOf: () => null,
});
