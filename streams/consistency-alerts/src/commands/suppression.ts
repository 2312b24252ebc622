import { topics } from '@plumbline/events';
import { splitRoutingKey } from '@plumbline/kernel';
import type { EventCause, FiredTimer, ProcessorContext } from '@plumbline/runtime';
import { emitChained } from '@plumbline/runtime';
import type { LifeEvent, Lives } from '../life/life.ts';
import { nextUntilMs, suppressedUpTo, withLifeEvent } from '../life/life.ts';
import type { OrderAlerts, WatchedOrder } from '../stores.ts';
import { alertsOf, alertsStore, watchedOf, watchedStore } from '../stores.ts';

/** Of an order: when the next suppression of one of its alerts is over. */
export const suppressionTimer = 'suppression';

/** After something was said: what was suppressed or had stand again. */
export function setSuppressionTimer(
  context: ProcessorContext,
  key: string,
  { before, lives }: { readonly before: Lives; readonly lives: Lives },
): void {
  const dueMs = nextUntilMs(lives);
  if (dueMs === nextUntilMs(before)) return;
  if (dueMs === null) context.timers.cancel({ key, name: suppressionTimer });
  else context.timers.set({ key, name: suppressionTimer, dueMs });
}

/** What nobody wanted to see for a time stands again; what healed meanwhile had its time taken. */
export function onSuppressionOver(
  { key, name, dueMs }: FiredTimer,
  context: ProcessorContext,
): void {
  const watched = watchedOf(context, key);
  const alerts = alertsOf(context, key);
  const due = suppressedUpTo(alerts.lives, context.nowMs);
  const { tenant, orderNo } = splitRoutingKey(key);
  const { nowMs: reopenedAt } = context;
  let { lives } = alerts;
  if (watched !== undefined && due.length > 0) {
    let { chain } = watched;
    const cause: EventCause = {
      ...{ id: `timer:${name}:${dueMs}`, correlationId: watched.correlationId },
      ...{ traceparent: null, actor: `system:${context.task.topology}` },
    };
    for (const { alertId, rule } of due) {
      const payload: LifeEvent = {
        type: 'AlertReopened',
        data: { alertId, rule, tenant, orderNo, reason: 'its suppression is over', reopenedAt },
      };
      const topic = topics.alertsEvents.name;
      const said = { topic, key, subject: alertId, payload, cause };
      ({ link: chain } = emitChained({ context, after: chain, ...said }));
      lives = withLifeEvent(lives, payload);
    }
    context.store<WatchedOrder>(watchedStore).set(key, { ...watched, chain });
    context.store<OrderAlerts>(alertsStore).set(key, { ...alerts, lives });
  }
  // The one that fired is gone.
  const next = nextUntilMs(lives);
  if (next !== null) context.timers.set({ key, name: suppressionTimer, dueMs: next });
}
