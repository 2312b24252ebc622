import { topics } from '@plumbline/events';
import { OutcomeUnknown } from '@plumbline/kafka';
import { abortive, zombies, takeovers } from './mutant-faults.ts';
import type { Mutant } from './mutant.ts';
import {
  changedReader,
  isOf,
  typeOf,
  withProducers,
  withReaders,
  withTransactions,
} from './wrap-log.ts';

const changelogs = 'changelog';

/** Clients and ports of the log that are wrong. */
export const logMutants: readonly Mutant[] = [
  {
    name: 'reads-aborted',
    what: 'tasks and read models are given records of aborted transactions',
    expected: [
      'outcomes',
      'effects',
      'chains',
      'read-models',
      'state',
      'nothing-skipped',
      'causes',
    ],
    faults: abortive,
    log: (log) =>
      withReaders(log, (options, open) => open({ ...options, isolation: 'read_uncommitted' })),
  },
  {
    name: 'watcher-reads-aborted',
    what: 'a committed reader is given records of aborted transactions',
    expected: ['committed-reads'],
    faults: abortive,
    clientLog: (log) =>
      withReaders(log, (options, open) => open({ ...options, isolation: 'read_uncommitted' })),
  },
  {
    name: 'reads-out-of-order',
    what: 'two records of one fetch change places',
    expected: ['committed-reads'],
    clientLog: (log) =>
      withReaders(log, async (options, open) =>
        changedReader(await open(options), (fetched) => {
          const [first, second, ...rest] = fetched.records;
          if (first === undefined || second === undefined) return fetched;
          return { ...fetched, records: [second, first, ...rest] };
        }),
      ),
  },
  {
    name: 'reads-twice',
    what: 'a fetch brings its last record again',
    expected: ['committed-reads'],
    clientLog: (log) =>
      withReaders(log, async (options, open) =>
        changedReader(await open(options), (fetched) => ({
          ...fetched,
          records: [...fetched.records, ...fetched.records.slice(-1)],
        })),
      ),
  },
  {
    name: 'no-fencing',
    what: 'a task that takes over fences nobody: each process has transactional ids of its own',
    expected: ['outcomes', 'effects', 'chains', 'state', 'committed-reads'],
    faults: zombies,
    log: (log, { host }) => ({
      ...log,
      openTransactionalProducer: ({ transactionalId }) =>
        log.openTransactionalProducer({
          transactionalId: `${transactionalId}-${host.name}-${host.incarnationOfProcess}`,
        }),
    }),
  },
  {
    name: 'retries-unclear-commit',
    what: 'a transaction whose commit got no clear answer is written again',
    expected: ['outcomes', 'effects', 'chains', 'committed-reads'],
    faults: { replyLost: 0.05 },
    log: (log) =>
      withProducers(log, async (transactionalId) => {
        let producer = await log.openTransactionalProducer({ transactionalId });
        return {
          transactionalId,
          close: () => producer.close(),
          async transact(records) {
            try {
              return await producer.transact(records);
            } catch (error) {
              if (!(error instanceof OutcomeUnknown)) throw error;
              producer = await log.openTransactionalProducer({ transactionalId });
              return producer.transact(records);
            }
          },
        };
      }),
  },
  {
    name: 'acknowledges-early',
    what: 'an edge tells its client that a command is written when it was only sent',
    expected: ['outcomes'],
    clientLog: (log, { random }) => ({
      ...log,
      async openEdgeProducer() {
        const producer = await log.openEdgeProducer();
        let last = 0n;
        return {
          close: () => producer.close(),
          async send(record) {
            if (random.chance(0.05)) {
              const { topic, partition } = record;
              return { topic, partition, baseOffset: last + 7n, appendTimeMs: null };
            }
            const appended = await producer.send(record);
            last = appended.baseOffset;
            return appended;
          },
        };
      },
    }),
  },
  {
    name: 'loses-events',
    what: 'now and then a transaction leaves one of its events out',
    expected: ['outcomes', 'chains', 'state', 'transitions'],
    log: (log, { random }) =>
      withTransactions(log, (records) =>
        records.filter(({ topic }) => !isOf(topic, '.events.') || !random.chance(0.05)),
      ),
  },
  {
    name: 'swallows-dead-letters',
    what: 'what cannot be processed is left out without a word',
    expected: ['nothing-skipped'],
    log: (log) =>
      withTransactions(log, (records) =>
        records.filter(({ topic }) => !isOf(topic, 'dead-letters')),
      ),
  },
  {
    name: 'forgets-state',
    what: 'now and then a state change is missing in the changelog',
    expected: ['state', 'outcomes', 'chains'],
    log: (log, { random }) =>
      withTransactions(log, (records) =>
        records.filter(({ topic, key }) => {
          const isState = isOf(topic, changelogs) && key?.toString().startsWith('s/') === true;
          return !isState || !random.chance(0.05);
        }),
      ),
  },
  {
    name: 'loses-tombstones',
    what: 'deletions never reach the changelog, so that a fired timer comes back',
    expected: ['state'],
    log: (log) =>
      withTransactions(log, (records) =>
        records.filter(({ topic, value }) => !isOf(topic, changelogs) || value !== null),
      ),
  },
  {
    name: 'restore-misses-tombstones',
    what: 'a restore takes in values and not deletions',
    expected: ['state'],
    faults: takeovers,
    log: (log) =>
      withReaders(log, async (options, open) => {
        const reader = await open(options);
        if (!options.from.some(({ topic }) => isOf(topic, changelogs))) return reader;
        return changedReader(reader, (fetched) => ({
          ...fetched,
          records: fetched.records.filter(({ value }) => value !== null),
        }));
      }),
  },
  {
    name: 'position-too-high',
    what: 'after a restore a task begins one record too late',
    expected: ['outcomes', 'nothing-skipped', 'causes'],
    faults: takeovers,
    log: (log) => withRestoredPositions(log, 1n),
  },
  {
    name: 'position-too-low',
    what: 'after a restore a task begins one record too early',
    expected: ['outcomes', 'committed-reads', 'causes', 'effects'],
    faults: takeovers,
    log: (log) => withRestoredPositions(log, -1n),
  },
  {
    name: 'late-clock',
    what: 'the bound of the broker clock lies ten seconds behind',
    expected: ['alerts'],
    log: (log) =>
      withReaders(log, async (options, open) =>
        changedReader(await open(options), (fetched) => ({
          ...fetched,
          sentAtBrokerMs: fetched.sentAtBrokerMs === null ? null : fetched.sentAtBrokerMs - 10_000,
        })),
      ),
  },
  {
    name: 'stands-still',
    what: 'a task stops fetching from an input after a while and says nothing',
    expected: ['lag'],
    log: (log) =>
      withReaders(log, async (options, open) => {
        const reader = await open(options);
        let brought = 0;
        return {
          position: (of) => reader.position(of),
          stampMs: () => reader.stampMs(),
          seek: (to) => {
            reader.seek(to);
          },
          close: () => reader.close(),
          async fetch(how, only) {
            const isEvents = options.from.some(({ topic }) => topic === topics.ordersEvents.name);
            if (!isEvents || brought < 3) {
              const answer = await reader.fetch(how, only);
              brought += answer.reduce((sum, { records }) => sum + records.length, 0);
              return answer;
            }
            await reader.fetch(how, []);
            return [];
          },
        };
      }),
  },
  {
    name: 'phantom-outcome',
    what: 'now and then an outcome is written twice, the second under an id of its own',
    expected: ['outcomes'],
    log: (log, { random }) =>
      withTransactions(log, (records) =>
        records.flatMap((record) => {
          if (typeOf(record) !== 'CommandOutcome' || !random.chance(0.05)) return [record];
          const id = `${record.headers['ce_id']?.toString() ?? ''}-twice`;
          return [record, { ...record, headers: { ...record.headers, ce_id: id } }];
        }),
      ),
  },
];

/** Positions as a restore finds them, off by so much. */
const withRestoredPositions = (log: Parameters<NonNullable<Mutant['log']>>[0], by: bigint) =>
  withReaders(log, async (options, open) => {
    const reader = await open(options);
    if (!options.from.some(({ topic }) => isOf(topic, changelogs))) return reader;
    return changedReader(reader, (fetched) => ({
      ...fetched,
      records: fetched.records.map((record) => {
        const isPosition = record.key?.toString().startsWith('p/') === true;
        if (!isPosition || record.value === null) return record;
        const at = JSON.parse(record.value.toString()) as { offset: string };
        const offset = BigInt(at.offset) + by;
        if (offset < 0n) return record;
        const value = Buffer.from(JSON.stringify({ ...at, offset: offset.toString() }));
        return { ...record, value };
      }),
    }));
  });
