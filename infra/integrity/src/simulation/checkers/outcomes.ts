import type { CommandOutcome } from '@plumbline/events';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History } from '../history/history.ts';
import { isReadable, keyOf, outcomesIn, ownEntries, placeOf } from '../history/history.ts';
import { contexts, isPoison } from '../oracles/parking.ts';
import type { Checker } from './checker.ts';

const placeOfCommand = ({ commandPartition, commandOffset }: CommandOutcome): string =>
  `${commandPartition}/${commandOffset}`;

/** I1 */
export const outcomesChecker: Checker = {
  name: 'outcomes',
  title:
    'each command has exactly one outcome, each accepted one its events, and what a client was told stands',
  check: (history) =>
    contexts.flatMap((context) => [
      ...checkContext(history, context),
      ...checkClients(history, context),
    ]),
};

type Context = (typeof contexts)[number];

function checkContext(history: History, context: Context): readonly Violation[] {
  const found: Violation[] = [];
  const byPlace = new Map<string, CommandOutcome[]>();
  for (const outcome of outcomesIn(history, context.outcomes)) {
    const place = placeOfCommand(outcome);
    byPlace.set(place, [...(byPlace.get(place) ?? []), outcome]);
  }
  const commands = history.committed(context.commands);
  for (const entry of commands) {
    const place = placeOf(entry.record);
    const outcomes = byPlace.get(place) ?? [];
    // Only a command that says who it is can be answered.
    const expected = isPoison(entry) && entry.envelope === null ? 0 : 1;
    if (outcomes.length !== expected) {
      found.push(violation('I1', `${context.commands} ${place} has ${outcomes.length} outcomes`));
    }
    for (const { status, commandId } of outcomes) {
      if ((status === 'DEAD_LETTERED') !== isPoison(entry)) {
        found.push(violation('I1', `${context.commands} ${place} (${commandId}) was ${status}`));
      }
    }
  }
  const events = new Set(ownEntries(history, context.events).map(({ envelope }) => envelope.id));
  for (const [place, outcomes] of byPlace) {
    for (const { eventId, type } of outcomes.flatMap((outcome) => outcome.events)) {
      if (events.has(eventId)) continue;
      found.push(
        violation('I1', `${context.commands} ${place}: its ${type} ${eventId} is missing`),
      );
    }
  }
  return found;
}

/** What a client was told, by the broker or by an outcome, is in the log for good. */
function checkClients(history: History, context: Context): readonly Violation[] {
  const found: Violation[] = [];
  const commands = new Map(
    ownEntries(history, context.commands).map((entry) => [
      placeOf(entry.record),
      entry.envelope.id,
    ]),
  );
  const outcomes = new Map(
    outcomesIn(history, context.outcomes).map((outcome) => [placeOfCommand(outcome), outcome]),
  );
  for (const sent of history.sent) {
    if (sent.topic !== context.commands) continue;
    for (const place of sent.acknowledged) {
      if (commands.get(place) === sent.id) continue;
      found.push(
        violation('I1', `${sent.type} ${sent.id} was acknowledged at ${place} and is lost`),
      );
    }
    if (sent.answer !== null && !stands(sent.answer, outcomes)) {
      found.push(
        violation(
          'I1',
          `${sent.type} ${sent.id} was answered ${sent.answer.status}, which is lost`,
        ),
      );
    }
  }
  return found;
}

function stands(told: CommandOutcome, outcomes: ReadonlyMap<string, CommandOutcome>): boolean {
  const now = outcomes.get(placeOfCommand(told));
  const ids = (outcome: CommandOutcome) => outcome.events.map(({ eventId }) => eventId).join();
  return (
    now !== undefined &&
    now.commandId === told.commandId &&
    now.status === told.status &&
    ids(now) === ids(told)
  );
}

/** I3 */
export const effectsChecker: Checker = {
  name: 'effects',
  title: 'no command, payment or callback has its effect twice',
  check: (history) => [
    ...contexts.flatMap((context) =>
      checkCommandEffects(outcomesIn(history, context.outcomes), forgottenIn(history, context)),
    ),
    ...atMostOnce(history),
  ],
};

/** So many outcomes of people an aggregate remembers, and as many of our own processes (decision 0005). */
const remembered = 4;

/**
 * What people ask for, and what is done once more when it comes so late: a merchant gets a repeat, an
 * endpoint is paused again that was resumed within seconds, or an alert is ended again.
 */
const mayComeLate: ReadonlySet<string> = new Set([
  ...['RetryNotification', 'ReplayNotification', 'PauseEndpoint', 'ResumeEndpoint'],
  ...['PauseReceivingAccount', 'ResumeReceivingAccount', 'ChangeReceivingAccount'],
  ...['AcknowledgeAlert', 'InvestigateAlert', 'ResolveAlert', 'WriteOffAlert', 'SuppressAlert'],
  'ReopenAlert',
]);

/** Commands that came again when their aggregate had decided too many others to know them. */
export function forgottenIn(
  history: History,
  { commands, outcomes }: Pick<Context, 'commands' | 'outcomes'>,
): ReadonlySet<string> {
  const ours = new Set(
    history
      .committed(commands)
      .filter(isReadable)
      .flatMap(({ envelope: { id, actor } }) => (actor.startsWith('system:') ? [id] : [])),
  );
  const recent = new Map<string, readonly string[]>();
  const seen = new Set<string>();
  const found = new Set<string>();
  for (const entry of history.committed(outcomes).filter(isReadable)) {
    const { commandId, commandType } = entry.payload.data as CommandOutcome;
    const key = `${keyOf(entry)} ${ours.has(commandId)}`;
    const known = recent.get(key) ?? [];
    // A repeat that is known is not remembered for longer.
    if (known.includes(commandId)) continue;
    if (seen.has(commandId) && mayComeLate.has(commandType)) found.add(commandId);
    seen.add(commandId);
    recent.set(key, [...known, commandId].slice(-remembered));
  }
  return found;
}

function checkCommandEffects(
  outcomes: readonly CommandOutcome[],
  forgotten: ReadonlySet<string>,
): readonly Violation[] {
  const effects = new Map<string, Set<string>>();
  for (const { commandId, commandType, events } of outcomes) {
    // A question that comes again after others were decided is put again: it changes nothing.
    if (events.length === 0 || commandType === 'QueryPayment') continue;
    if (forgotten.has(commandId)) continue;
    const ids = events.map(({ eventId }) => eventId).join(' ');
    effects.set(commandId, (effects.get(commandId) ?? new Set<string>()).add(ids));
  }
  return [...effects]
    .filter(([, different]) => different.size > 1)
    .map(([id]) => violation('I3', `command ${id} had two effects`));
}

/** Money moves once: one success a payment, one payment an order, one effect a callback id. */
function atMostOnce(history: History): readonly Violation[] {
  const counted = new Map<string, number>();
  const count = (what: string): void => void counted.set(what, (counted.get(what) ?? 0) + 1);
  const { orders, payments } = { orders: contexts[0].events, payments: contexts[1].events };
  for (const { payload, record } of [
    ...ownEntries(history, orders),
    ...ownEntries(history, payments),
  ]) {
    const data = payload.data as Readonly<Record<string, unknown>>;
    const key = record.key?.toString() ?? '';
    if (payload.type === 'PaymentSucceeded') count(`capture of ${String(data['payNo'])}`);
    if (payload.type === 'OrderPaid' || payload.type === 'OrderCreated')
      count(`${payload.type} ${key}`);
    if (payload.type === 'PaymentCallbackRecorded' && data['result'] === 'PROCESSED') {
      count(`callback ${String(data['callbackId'])}`);
    }
  }
  return [...counted]
    .filter(([, times]) => times > 1)
    .map(([what, times]) => violation('I3', `${what} happened ${times} times`));
}

/** I17 */
export const refusalsChecker: Checker = {
  name: 'refusals',
  title: 'a refused command has no effect, then or later',
  check: (history) => contexts.flatMap((context) => refusedEffects(history, context)),
};

function refusedEffects(history: History, context: Context): readonly Violation[] {
  const outcomes = outcomesIn(history, context.outcomes);
  const accepted = new Set(
    outcomes.filter(({ status }) => status === 'ACCEPTED').map(({ commandId }) => commandId),
  );
  const refused = outcomes.filter(({ status, commandId, commandType }) => {
    // Its worker had told it to the task before, and did not hear that it counted.
    if (commandType === 'ReportAttempt' && status === 'UNCHANGED') return false;
    return status !== 'ACCEPTED' && !accepted.has(commandId);
  });
  const caused = new Set(
    ownEntries(history, context.events).map(({ envelope }) => envelope.causationId),
  );
  return refused
    .filter(({ commandId, events }) => events.length > 0 || caused.has(commandId))
    .map(({ commandId, status }) => violation('I17', `${commandId} was ${status} and has events`));
}
