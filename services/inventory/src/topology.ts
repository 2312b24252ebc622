import { topics } from '@plumbline/events';
import type { RecordStockAnswer, StockStep } from '@plumbline/events';
import { parseRoutingKey } from '@plumbline/kernel';
import type { Decided, RoutedCommand, Topology } from '@plumbline/runtime';
import { aggregateTopology } from '@plumbline/runtime';
import type { ItemCommand } from './domain/item/commands.ts';
import type { ItemEvent } from './domain/item/events.ts';
import { itemDecider } from './domain/item/item.ts';
import type { ItemState } from './domain/item/state.ts';

/** What a checkout asks; nobody waits there for the rest. */
const steps: Readonly<Partial<Record<ItemCommand['type'], StockStep>>> = {
  ReserveStock: 'RESERVE',
  ConfirmStock: 'CONFIRM',
  ReleaseStock: 'RELEASE',
};

/**
 * The answer to the checkout that asked, which stands under another key. One that names no order
 * gets none, and its decision stands.
 */
function answerTo({
  command,
  decision,
}: Decided<ItemState, ItemCommand, ItemEvent>): readonly RoutedCommand[] {
  const step = steps[command.type];
  if (step === undefined || !('replyTo' in command.data)) return [];
  const { sku, reservationId, replyTo } = command.data;
  const asker = replyTo === null ? null : parseRoutingKey(replyTo);
  if (replyTo === null || asker === null) return [];
  const { orderNo } = asker;
  const code = decision.kind === 'rejected' ? decision.rejection.code : null;
  const data: RecordStockAnswer = {
    ...{ orderNo, sku, reservationId, step },
    ...{ accepted: code === null, code },
  };
  const payload = { type: 'RecordStockAnswer', data };
  return [{ topic: topics.checkoutCommands.name, key: replyTo, subject: orderNo, payload }];
}

/** Stock, one aggregate per SKU. */
export const inventoryTopology: Topology = aggregateTopology({
  name: 'inventory',
  decider: itemDecider,
  topics: {
    commands: topics.inventoryCommands.name,
    events: topics.inventoryEvents.name,
    outcomes: topics.inventoryOutcomes.name,
    changelog: topics.inventoryChangelog.name,
    deadLetters: topics.inventoryDeadLetters.name,
  },
  subjectOf: ({ data }) => data.sku,
  asks: { topics: [topics.checkoutCommands.name], commandsOf: answerTo },
});
