import { topics } from '@plumbline/events';
import { invariant, splitRoutingKey } from '@plumbline/kernel';
import type { EventCause, InputRecord, ProcessorContext } from '@plumbline/runtime';
import {
  answeredBefore,
  emitChained,
  emitOutcome,
  firstLink,
  outcomeOf,
  withOutcome,
} from '@plumbline/runtime';
import { atStakeOf } from '../describe.ts';
import type { AlertLife, LifeCommand, Money } from '../life/life.ts';
import { decideLife, lifeIn, withLifeEvent } from '../life/life.ts';
import { rules } from '../rules/rules.ts';
import { nameOf, ruleOf } from '../rules/watch.ts';
import type { OrderAlerts, WatchedOrder } from '../stores.ts';
import { alertIdOf, alertsOf, alertsStore, watchedOf, watchedStore } from '../stores.ts';
import { setSuppressionTimer } from './suppression.ts';

/** What a person says of an alert: decided once, and told in the transaction of its effects. */
export function onLifeCommand(
  input: InputRecord,
  command: LifeCommand,
  context: ProcessorContext,
): void {
  const { key } = input;
  const watched = watchedOf(context, key);
  const alerts = alertsOf(context, key);
  const tell = (outcome: Parameters<typeof emitOutcome>[0]['outcome']) =>
    emitOutcome({ topic: topics.alertsOutcomes.name, input, context, outcome });
  const before = watched?.chain ?? firstLink;
  const aggregateVersion = before.version;
  const repeated = answeredBefore({ recent: alerts.recent, input, aggregateVersion });
  if (repeated !== null) {
    tell(repeated);
    return;
  }
  const { alertId } = command.data;
  const life = lifeOf(alerts, watched, key, alertId);
  // A key without a tenant leads to no order, and so to no alert.
  const of = key.includes('/') ? splitRoutingKey(key) : { tenant: '', orderNo: key };
  const atStake = command.type === 'WriteOffAlert' ? atStakeIn(watched, key, alertId) : null;
  const decision = decideLife(command, life, { ...of, atMs: context.nowMs, atStake });
  const answer = (lives: OrderAlerts['lives']) => () => ({
    ...{ alertId, status: lifeIn(lives, alertId)?.status ?? life?.status ?? null },
  });
  if (decision.kind !== 'accepted') {
    const events = [] as const;
    const outcome = outcomeOf({
      ...{ input, decision, events, aggregateVersion, answer: answer(alerts.lives) },
    });
    // An order that nothing is known of is given no memory: anybody may ask about any.
    if (watched !== undefined) remember(context, input, alerts, outcome);
    tell(outcome);
    return;
  }
  invariant(watched !== undefined, `an alert without its order: ${key}`);
  const [event] = decision.events;
  const { id, actor, correlationId, traceparent } = input.envelope;
  const cause: EventCause = { id, actor, correlationId, traceparent };
  const { link, eventId } = emitChained({
    ...{ context, topic: topics.alertsEvents.name, key, subject: alertId },
    ...{ payload: event, after: before, cause },
  });
  context.store<WatchedOrder>(watchedStore).set(key, { ...watched, chain: link });
  const lives = withLifeEvent(alerts.lives, event);
  setSuppressionTimer(context, key, { before: alerts.lives, lives });
  const outcome = outcomeOf({
    ...{ input, decision, aggregateVersion: link.version, answer: answer(lives) },
    events: [{ eventId, type: event.type, aggregateVersion: link.version }],
  });
  remember(context, input, { ...alerts, lives }, outcome);
  tell(outcome);
}

function remember(
  context: ProcessorContext,
  { key, envelope: { actor } }: InputRecord,
  alerts: OrderAlerts,
  outcome: Parameters<typeof withOutcome>[1],
): void {
  const recent = withOutcome(alerts.recent, outcome, actor);
  context.store<OrderAlerts>(alertsStore).set(key, { ...alerts, recent });
}

/** As it was told of; else open, when its finding stands and was raised. `null`: there is none. */
function lifeOf(
  { lives }: OrderAlerts,
  watched: WatchedOrder | undefined,
  key: string,
  alertId: string,
): AlertLife | null {
  const told = lifeIn(lives, alertId);
  if (told !== null) return told;
  const name = openWatchOf(watched, key, alertId);
  return name === null ? null : { alertId, rule: ruleOf(name), status: 'OPEN' };
}

/** The name of the watch that raised an alert, while what it found stands. */
function openWatchOf(
  watched: WatchedOrder | undefined,
  key: string,
  alertId: string,
): string | null {
  for (const [name, watch] of Object.entries(watched?.watches ?? {})) {
    if (!watch.open || alertIdOf(ruleOf(name), key, watch.trigger.eventId) !== alertId) continue;
    return name;
  }
  return null;
}

/**
 * What can be lost: what is at stake in the finding; where that is gone and somebody had the alert
 * stand again, the payment's money, or what the order costs.
 */
function atStakeIn(watched: WatchedOrder | undefined, key: string, alertId: string): Money | null {
  if (watched === undefined) return null;
  const { view } = watched;
  const name = openWatchOf(watched, key, alertId);
  const rule = rules.find(({ id }) => name !== null && id === ruleOf(name));
  const finding = rule?.find(view).find((each) => nameOf(rule, each) === name);
  const money = finding === undefined ? (view.payment ?? view.checkout) : atStakeOf(finding, view);
  if (money === null || money.amountMinor <= 0n) return null;
  return { amountMinor: money.amountMinor, currency: money.currency };
}
