import type { PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { ChainLink, InputRecord, ProcessorContext, Topology } from '@plumbline/runtime';
import { emitChained, firstLink, redrives } from '@plumbline/runtime';
import type { Told } from './told.ts';
import { tell } from './told.ts';

/** What is kept of one order of a merchant: 120 bytes once nothing of it is under way. */
interface Entry extends ChainLink {
  readonly told: Told;
}

const store = 'told';

/**
 * Results for merchants: one event for each change of a status as contract 4 has it, written in the
 * transaction of the position, with ids that are functions of the place in the order's history. So
 * each change is told once, whatever dies, and a replay tells the same under the same ids.
 */
export const merchantResultsTopology: Topology = {
  name: 'merchant-results',
  ordering: 'arrival',
  paceMs: 10,
  inputs: [{ kind: 'events', topic: topics.paymentsEvents.name }, redrives],
  outputs: [topics.resultsEvents.name],
  changelog: topics.merchantResultsChangelog.name,
  deadLetters: topics.merchantResultsDeadLetters.name,
  stores: [{ name: store }],
  owns: [topics.resultsEvents.name],
  createProcessor: () => ({
    onRecord,
    onTimer: ({ name }) => {
      throw new Error(`merchant-results sets no timers, and yet ${name} fired`);
    },
  }),
};

function onRecord({ payload, key, envelope }: InputRecord, context: ProcessorContext): void {
  const entries = context.store<Entry>(store);
  const before = entries.get(key);
  // The topic holds nothing but these; the codec has checked it.
  const event = payload as PaymentsEvent;
  const telling = tell(before?.told ?? null, { event, key, atMs: envelope.timeMs });
  if (telling === null) return;
  const { told, result } = telling;
  let link: ChainLink = before ?? firstLink;
  if (result !== null) {
    const { id, correlationId, traceparent } = envelope;
    const actor = `system:${context.task.topology}`;
    ({ link } = emitChained({
      ...{ context, topic: topics.resultsEvents.name, key, payload: result, after: link },
      subject: result.data.paymentOrderId,
      cause: { id, actor, correlationId, traceparent },
    }));
  }
  if (told === before?.told) return;
  entries.set(key, { version: link.version, hash: link.hash, told });
}
