import { topics } from '@plumbline/events';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History, ReadEntry } from '../history/history.ts';
import { isReadable, keyOf, ownEntries } from '../history/history.ts';
import { relayPart } from '../stage/relay.ts';
import type { Checker } from './checker.ts';

/** I9 */
export const relaysChecker: Checker = {
  name: 'relays',
  title: 'what waits in a delay topic is sent on once, as it was, when it is due and not before',
  check(history) {
    const relayed = relayedBy(history);
    const found: Violation[] = [];
    for (const { topic, delayMs } of delaysOf(history)) {
      for (const entry of history.committed(topic).filter(isReadable)) {
        const sent = relayed.get(entry.envelope.id) ?? [];
        relayed.delete(entry.envelope.id);
        // What is spoilt is buried, or sent on where it can be read.
        if (entry.planted !== null) continue;
        const dueMs = entry.record.timestampMs + delayMs;
        found.push(...problemsOf(history, entry, { sent, dueMs }));
      }
    }
    const stray = [...relayed.values()].flat();
    return [
      ...found,
      ...stray.map(({ envelope }) =>
        violation('I9', `${envelope.id} was sent on, and nothing waited`),
      ),
    ];
  },
};

/** The topics in which it waits, and how long in each. */
export const delaysOf = (history: History): readonly { topic: string; delayMs: number }[] =>
  history.topologies
    .filter(({ name }) => name === relayPart)
    .flatMap(({ inputs }) => inputs.flatMap((input) => (input.kind === 'delays' ? [input] : [])));

/** What was sent on, by the id of what had waited. */
export function relayedBy(history: History): Map<string, readonly ReadEntry[]> {
  const found = new Map<string, readonly ReadEntry[]>();
  for (const entry of ownEntries(history, topics.notificationsCommands.name)) {
    const { actor, causationId } = entry.envelope;
    if (actor !== `system:${relayPart}`) continue;
    found.set(causationId ?? '', [...(found.get(causationId ?? '') ?? []), entry]);
  }
  return found;
}

function problemsOf(
  history: History,
  entry: ReadEntry,
  { sent, dueMs }: { readonly sent: readonly ReadEntry[]; readonly dueMs: number },
): readonly Violation[] {
  const what = `${entry.envelope.id} of ${keyOf(entry)}`;
  const found: string[] = [];
  if (sent.length === 0 && dueMs <= history.endedMs) found.push('was never sent on');
  if (sent.length > 1) found.push(`was sent on ${sent.length} times`);
  for (const each of sent) {
    const earlyMs = dueMs - each.record.timestampMs;
    if (earlyMs > 0) found.push(`was sent on ${earlyMs} ms early`);
    const isSame = entry.record.value?.equals(each.record.value ?? Buffer.alloc(0)) === true;
    if (!isSame || keyOf(each) !== keyOf(entry)) found.push('was sent on as something else');
  }
  return found.map((problem) => violation('I9', `${what} ${problem}`));
}
