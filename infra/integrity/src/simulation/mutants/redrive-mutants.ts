import { topics } from '@plumbline/events';
import type { InputRecord, Processor } from '@plumbline/runtime';
import type { Mutant } from './mutant.ts';
import { toldBy, withProcessor } from './wrap-topology.ts';
import { changedReader, withReaders } from './wrap-log.ts';

/** Of each topic and key takes nothing that stands before what it has seen. */
function onlyForwards(processor: Processor): Processor {
  const newest = new Map<string, bigint>();
  const isNew = ({ topic, offset }: InputRecord): boolean => {
    const before = newest.get(topic);
    if (before !== undefined && offset < before) return false;
    newest.set(topic, offset);
    return true;
  };
  return {
    onTimer: (timer, context) => processor.onTimer(timer, context),
    onRecord(record, context) {
      if (isNew(record)) processor.onRecord(record, context);
    },
    ...toldBy(processor, (told) => told),
  };
}

/** As Avro has them: the numbers of SKIP_FIRST and DISCARD in their enumeration. */
const skipFirst = 2;
const discard = 4;

/** The same command as it stands in its topic, asking for all to be left out. */
function discarding(value: Buffer): Buffer {
  // Behind the header the names of the topology and of the topic, each after its length.
  let at = 5;
  for (let name = 0; name < 2; name += 1) at += 1 + (value[at] ?? 0) / 2;
  if (value[at] !== skipFirst) return value;
  const changed = Buffer.from(value);
  changed[at] = discard;
  return changed;
}

/** What is let go on behind a dead letter, and wrong. */
export const redriveMutants: readonly Mutant[] = [
  {
    name: 'let-go-in-name-only',
    what: 'what a redrive lets go on is counted, and taken for something that has been',
    expected: ['notifications'],
    tells: ['steady', 'picky'],
    certain: ['stories are spoilt'],
    topology: (topology) =>
      topology.name === 'notifications' ? withProcessor(topology, onlyForwards) : topology,
  },
  {
    name: 'skips-all',
    what: 'whoever asks for the first to be left out loses all that waits behind it',
    expected: ['redrives'],
    tells: ['steady', 'picky'],
    certain: ['stories are spoilt'],
    log: (log) =>
      withReaders(log, async (options, open) =>
        changedReader(await open(options), (fetched) =>
          fetched.topic !== topics.deadLettersCommands.name
            ? fetched
            : {
                ...fetched,
                records: fetched.records.map((record) => ({
                  ...record,
                  value: record.value === null ? null : discarding(record.value),
                })),
              },
        ),
      ),
  },
];
