import type { OrdersEvent, PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History, ReadEntry } from '../history/history.ts';
import { keyOf, ownEntries } from '../history/history.ts';
import type { ModelOrder, ModelTimer } from './order-model.ts';
import { orderAfter, orderTimers } from './order-model.ts';
import type { ModelPayment } from './payment-model.ts';
import { paymentAfter, paymentTimers } from './payment-model.ts';

/** One aggregate, folded from its committed events by the models. */
export interface Walked<Model> {
  readonly model: Model | null;
  readonly events: readonly ReadEntry[];
  /** Timers that the model wanted at any time, as `<name>:<due>`. */
  readonly everWanted: ReadonlySet<string>;
  readonly timers: readonly ModelTimer[];
}

export interface Walk {
  readonly orders: ReadonlyMap<string, Walked<ModelOrder>>;
  readonly payments: ReadonlyMap<string, Walked<ModelPayment>>;
  /** Events that the models say cannot have happened. */
  readonly impossible: readonly Violation[];
}

const walks = new WeakMap<History, Walk>();

/** Folds what the log holds of every order and payment; once for all checkers. */
export function walkOf(history: History): Walk {
  const known = walks.get(history);
  if (known !== undefined) return known;
  const impossible: Violation[] = [];
  const orders = fold<ModelOrder>(
    ownEntries(history, topics.ordersEvents.name),
    (before, { payload }) => orderAfter(before, payload as OrdersEvent),
    { timers: orderTimers, impossible },
  );
  const payments = fold<ModelPayment>(
    ownEntries(history, topics.paymentsEvents.name),
    (before, { payload }) => paymentAfter(before, payload as PaymentsEvent),
    { timers: paymentTimers, impossible },
  );
  const walk = { orders, payments, impossible };
  walks.set(history, walk);
  return walk;
}

function fold<Model extends object>(
  entries: readonly ReadEntry[],
  step: (before: Model | null, entry: ReadEntry) => Model | null | { readonly problem: string },
  of: {
    readonly timers: (model: Model) => readonly ModelTimer[];
    readonly impossible: Violation[];
  },
): ReadonlyMap<string, Walked<Model>> {
  const found = new Map<string, Walked<Model>>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const before = found.get(key);
    const after = step(before?.model ?? null, entry);
    const isProblem = after !== null && 'problem' in after;
    if (isProblem) of.impossible.push(violation('I5', `${key}: ${after.problem}`));
    // What the models call impossible did happen, and the rest of the history builds on it.
    const model = isProblem ? (before?.model ?? null) : after;
    const timers = model === null ? [] : of.timers(model);
    const wanted = timers.map(({ name, dueMs }) => `${name}:${dueMs}`);
    found.set(key, {
      model,
      timers,
      events: [...(before?.events ?? []), entry],
      everWanted: new Set([...(before?.everWanted ?? []), ...wanted]),
    });
  }
  return found;
}
