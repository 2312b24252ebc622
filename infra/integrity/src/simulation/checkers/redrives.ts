import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { Entry, History } from '../history/history.ts';
import { keyOf, outcomesIn, ownEntries, placeOf } from '../history/history.ts';
import { isPoison, redriving } from '../oracles/parking.ts';
import type { LetGo, Redriven, Repeated } from '../oracles/redriven.ts';
import { letGoOf, whereOf } from '../oracles/redriven.ts';
import type { Checker } from './checker.ts';

/** I12 */
export const redrivesChecker: Checker = {
  name: 'redrives',
  title: 'what waits behind a dead letter goes on when it is asked to, in its order, and once',
  check: (history) => [
    ...answered(history),
    ...history.topologies.flatMap((topology) => {
      const letGo = letGoOf(history, topology);
      return [
        ...letGo.answers.flatMap(said),
        ...letGo.repeats.flatMap(saidAgain),
        ...inOrder(history, topology.name, letGo),
        ...leftBehind(topology.name, letGo),
      ];
    }),
  ],
};

/** Each redrive is answered by one topology, once. */
function answered(history: History): readonly Violation[] {
  const counts = new Map<string, number>();
  for (const { commandPartition, commandOffset } of outcomesIn(history, redriving.outcomes)) {
    const place = placeOf({ partition: commandPartition, offset: commandOffset });
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return ownEntries(history, redriving.commands).flatMap(({ record, envelope }) => {
    const count = counts.get(placeOf(record)) ?? 0;
    return count === 1
      ? []
      : [violation('I12', `redrive ${envelope.id} at ${placeOf(record)} has ${count} answers`)];
  });
}

/** What an answer says is what was asked for, and what the log shows of it. */
function said({ asked, outcome, told, first, dropped, taken, next }: Redriven) {
  const what = `${asked.mode} of ${asked.originTopic} (${outcome.commandId})`;
  const found: string[] = [];
  if (outcome.status === 'UNCHANGED') {
    if (told.redriven + told.dropped + told.remaining > 0) found.push('changed nothing, and did');
    return found.map((problem) => violation('I12', `${what} ${problem}`));
  }
  if (first === null) found.push('was accepted, and nothing waited');
  else if (!isPoison(first)) found.push(`began with ${whereOf(first)}, which can be read`);
  if (dropped.length !== told.dropped || taken.length !== told.redriven)
    found.push(`says ${told.dropped} dropped, ${told.redriven} taken, more than ever waited`);
  if (!isDropped(asked.mode, told)) found.push(`dropped ${told.dropped}`);
  for (const entry of taken.filter(isPoison)) found.push(`took ${whereOf(entry)}, which is spoilt`);
  if (told.remaining > 0 && next !== null && told.stoppedAt !== next.record.offset.toString())
    found.push(`stopped at ${String(told.stoppedAt)}, and ${whereOf(next)} is next`);
  if (told.remaining > 0 && (next === null || !isPoison(next)))
    found.push(`left ${told.remaining} behind nothing that is spoilt`);
  return found.map((problem) => violation('I12', `${what} ${problem}`));
}

/** Who asks again under the same id hears the same, whatever has come to wait since. */
function saidAgain({ before, outcome }: Repeated): readonly Violation[] {
  if (before.status === outcome.status && before.answer === outcome.answer) return [];
  const what = `redrive ${outcome.commandId} was ${before.status} ${String(before.answer)}`;
  return [violation('I12', `${what}, and again ${outcome.status} ${String(outcome.answer)}`)];
}

function isDropped(
  mode: Redriven['asked']['mode'],
  { dropped, redriven, remaining }: Redriven['told'],
): boolean {
  if (mode === 'REDRIVE') return dropped === 0;
  if (mode === 'SKIP_FIRST') return dropped === 1;
  return mode === 'DISCARD' && dropped > 0 && redriven + remaining === 0;
}

/** Of a key nothing is taken before what stands before it, and what was let go on is taken. */
function inOrder(history: History, topology: string, letGo: LetGo): readonly Violation[] {
  if (letGo.keys.size === 0) return [];
  const takenAs = new Map(
    history.taken
      .filter((each) => each.topology === topology)
      .map((each) => [`${each.topic} ${placeOf(each)}`, each.last]),
  );
  const found: Violation[] = [];
  const newest = new Map<string, { readonly entry: Entry; readonly last: number }>();
  const read = new Set([...letGo.keys].map((name) => name.slice(0, name.indexOf(' '))));
  for (const entry of [...read].flatMap((topic) => history.committed(topic))) {
    const { topic, partition } = entry.record;
    const name = `${topic} ${keyOf(entry)}`;
    if (entry.record.key === null || !letGo.keys.has(name)) continue;
    const last = takenAs.get(whereOf(entry));
    if (last === undefined) {
      if (letGo.taken.has(whereOf(entry)))
        found.push(violation('I12', `${topology}: ${whereOf(entry)} was let go on and not taken`));
      continue;
    }
    // Of another partition the key is not this one: poison is put anywhere.
    const before = newest.get(`${name} ${partition}`);
    if (before !== undefined && before.last > last)
      found.push(violation('I12', `${topology}: ${whereOf(before.entry)} came after what follows`));
    if (letGo.waiting.get(name)?.some(({ record }) => record.offset < entry.record.offset) === true)
      found.push(violation('I12', `${topology}: ${whereOf(entry)} overtook what waits`));
    newest.set(`${name} ${partition}`, { entry, last });
  }
  return found;
}

/** Whatever waits in the end, waits behind something that cannot be read. */
const leftBehind = (topology: string, { waiting, keys }: LetGo): readonly Violation[] =>
  [...waiting].flatMap(([name, [first]]) =>
    first === undefined || !keys.has(name) || isPoison(first)
      ? []
      : [violation('I12', `${topology}: ${whereOf(first)} waits behind nothing`)],
  );
