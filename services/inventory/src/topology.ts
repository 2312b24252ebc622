import { topics } from '@plumbline/events';
import type { RecordStockAnswer, StockStep } from '@plumbline/events';
import type { Decided, RoutedCommand, Topology } from '@plumbline/runtime';
import { aggregateTopology, answerTo } from '@plumbline/runtime';
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

/** The answer to the checkout that asked, which stands under another key. */
function tellCheckout({
  command: { type, data },
  decision,
}: Decided<ItemState, ItemCommand, ItemEvent>): readonly RoutedCommand[] {
  const step = steps[type];
  if (step === undefined || !('replyTo' in data)) return [];
  const { sku, reservationId, replyTo } = data;
  return answerTo<RecordStockAnswer>({
    ...{ replyTo, decision, topic: topics.checkoutCommands.name, type: 'RecordStockAnswer' },
    about: { sku, reservationId, step },
  });
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
  asks: { topics: [topics.checkoutCommands.name], commandsOf: tellCheckout },
});
