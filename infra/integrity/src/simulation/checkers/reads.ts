import { digest } from '@plumbline/kernel';
import type { LogRecord } from '@plumbline/kafka';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History, Sighting } from '../history/history.ts';
import { deadLettersIn, placeOf } from '../history/history.ts';
import { contexts } from '../oracles/parking.ts';
import { lettersByOrigin } from '../oracles/parking.ts';
import { letGoOf } from '../oracles/redriven.ts';
import type { Checker } from './checker.ts';

export const hashOfRecord = ({ key, value }: Pick<LogRecord, 'key' | 'value'>): string =>
  digest(key ?? 'null', value ?? 'null').toString('hex');

/** I6 */
export const committedReadsChecker: Checker = {
  name: 'committed-reads',
  title: 'a committed reader sees every committed record once, in order, and no other',
  check(history) {
    const readers = new Map<string, Sighting[]>();
    for (const sighting of history.sightings) {
      const { reader, topic, partition } = sighting;
      const name = `${reader} ${topic}-${partition}`;
      readers.set(name, [...(readers.get(name) ?? []), sighting]);
    }
    return [
      ...[...readers].flatMap(([name, seen]) => sightingsProblems(history, name, seen)),
      ...unseen(history),
      ...uniqueIds(history),
    ];
  },
};

function sightingsProblems(
  history: History,
  name: string,
  seen: readonly Sighting[],
): readonly Violation[] {
  const [first] = seen;
  if (first === undefined) return [];
  const committed = new Map(
    history
      .committed(first.topic)
      .filter(({ record }) => record.partition === first.partition)
      .map(({ record }) => [record.offset, hashOfRecord(record)]),
  );
  let last = -1n;
  return seen.flatMap(({ offset, hash }) => {
    const found: Violation[] = [];
    const known = committed.get(offset);
    if (known === undefined) found.push(violation('I6', `${name}: ${offset} is not committed`));
    else if (known !== hash) found.push(violation('I6', `${name}: ${offset} reads otherwise now`));
    if (offset <= last) found.push(violation('I6', `${name}: ${offset} after ${last}`));
    last = offset;
    return found;
  });
}

/** Committed is committed: it was there for the reader that followed to the end. */
function unseen(history: History): readonly Violation[] {
  const seen = new Set(
    history.sightings.map(({ topic, partition, offset }) => `${topic} ${partition}/${offset}`),
  );
  return history.watched.flatMap((topic) =>
    history
      .committed(topic)
      .filter(({ record }) => !seen.has(`${topic} ${placeOf(record)}`))
      .map(({ record }) => violation('I6', `${topic} ${placeOf(record)} was never read`)),
  );
}

/** The same event or outcome twice is a duplicate, whatever its offset. */
function uniqueIds(history: History): readonly Violation[] {
  return contexts.flatMap(({ events, outcomes, deadLetters }) =>
    [events, outcomes, deadLetters].flatMap((topic) => {
      const ids = new Set<string>();
      return history.committed(topic).flatMap(({ envelope, record }) => {
        if (envelope === null) return [];
        if (!ids.has(envelope.id)) {
          ids.add(envelope.id);
          return [];
        }
        return [violation('I6', `${topic} ${placeOf(record)}: ${envelope.id} came twice`)];
      });
    }),
  );
}

/** I12 */
export const nothingSkippedChecker: Checker = {
  name: 'nothing-skipped',
  title: 'taken, dead-lettered, aborted and control records add up to the offsets of each input',
  check(history) {
    const taken = new Set(
      history.taken.map((at) => `${at.topology} ${at.topic} ${at.partition}/${at.offset}`),
    );
    return history.topologies.flatMap((topology) => {
      const { name, inputs, deadLetters } = topology;
      const letGo = letGoOf(history, topology);
      const letters = lettersByOrigin(history, deadLetters);
      const found: Violation[] = [];
      for (const { kind, topic } of inputs) {
        found.push(...offsetsOf(history, topic));
        // The runtime's own: who of all topologies answers them is asked elsewhere.
        if (kind === 'redrives') continue;
        for (const { record, planted } of history.committed(topic)) {
          const place = placeOf(record);
          const count = letters.get(`${topic} ${place}`)?.length ?? 0;
          const isTaken = taken.has(`${name} ${topic} ${place}`);
          const where = `${name}: ${topic} ${place}${planted === null ? '' : ` (${planted})`}`;
          if (count > 1) found.push(violation('I12', `${where} has ${count} dead letters`));
          if (count + (isTaken ? 1 : 0) === 0) found.push(violation('I12', `${where} was skipped`));
          const isLetGo = letGo.taken.has(`${topic} ${place}`);
          if (isTaken && count > 0 && !isLetGo)
            found.push(violation('I12', `${where} was taken and buried`));
        }
      }
      return [...found, ...strayLetters(history, { name, deadLetters })];
    });
  },
};

/** Offsets without a data record are control records: those that end a transaction. */
function offsetsOf(history: History, topic: string): readonly Violation[] {
  const written = history.written(topic);
  return Array.from({ length: history.partitions }, (_, partition): readonly Violation[] => {
    const { highWatermark, lastStableOffset } = history.ends(topic, partition);
    if (lastStableOffset !== highWatermark) {
      return [violation('I12', `${topic}-${partition} has a transaction that nobody ends`)];
    }
    return history
      .committed(topic)
      .filter(({ record }) => record.partition === partition && !written.has(placeOf(record)))
      .map(({ record }) => violation('I12', `${topic} ${placeOf(record)} has no place`));
  }).flat();
}

/** A dead letter holds a record that is in the log, and was taken by nobody else's account. */
function strayLetters(
  history: History,
  of: { readonly name: string; readonly deadLetters: string },
): readonly Violation[] {
  return deadLettersIn(history, of.deadLetters).flatMap(({ letter }) => {
    const { originTopic, originPartition, originOffset, value } = letter;
    const origin = history
      .committed(originTopic)
      .find(({ record }) => record.partition === originPartition && record.offset === originOffset);
    const where = `${of.name}: the dead letter of ${originTopic} ${originPartition}/${originOffset}`;
    if (origin === undefined) return [violation('I12', `${where} holds no committed record`)];
    const same =
      origin.record.value === null ? value === null : value?.equals(origin.record.value) === true;
    return same ? [] : [violation('I12', `${where} holds other bytes`)];
  });
}

/** I13 */
export const lagChecker: Checker = {
  name: 'lag',
  title: 'once the faults are over, everything is caught up within a bound',
  check: ({ behind }) =>
    behind.map(({ who, topic, partition, from, to }) =>
      violation('I13', `${who} stands at ${from} of ${to} in ${topic}-${partition}`),
    ),
};
