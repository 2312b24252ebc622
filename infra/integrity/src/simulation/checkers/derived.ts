import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import { allTopics, topics } from '@plumbline/events';
import type { MemoryReadModel, MemoryRow } from '@plumbline/postgres';
import type { Topology } from '@plumbline/runtime';
import type { Entry, History, ReplayedRecord } from '../history/history.ts';
import { keyOf } from '../history/history.ts';
import { walkOf } from '../oracles/walk.ts';
import type { Checker } from './checker.ts';

/** I4 */
export const readModelsChecker: Checker = {
  name: 'read-models',
  title: 'a read model equals the fold of the log, rebuilt twice in different batches',
  async check(history) {
    const found: Violation[] = [];
    for (const live of history.readModels) {
      const once = await history.rebuild(live, 1_000);
      const again = await history.rebuild(live, 1);
      found.push(
        ...differences(live, once, 'rebuilt'),
        ...differences(once, again, 'rebuilt twice'),
      );
    }
    return [...found, ...statuses(history)];
  },
};

export const rowText = (row: unknown): string =>
  JSON.stringify(row, (_key, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    // The order of an object's fields is not what it says.
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)),
    );
  });

function differences(
  one: MemoryReadModel,
  other: MemoryReadModel,
  how: string,
): readonly Violation[] {
  const { name, tables } = one.projection;
  const parts: readonly (readonly [string, (model: MemoryReadModel) => readonly unknown[]])[] = [
    ...tables.map(
      (table) => [table.name, (model: MemoryReadModel) => model.rows(table.name)] as const,
    ),
    ['parked keys', (model) => model.parkedKeys()],
    ['parked records', (model) => model.parkedRecords()],
  ];
  return parts.flatMap(([part, read]) => {
    const [left, right] = [one, other].map((model) => new Set(read(model).map(rowText)));
    const only = (these: ReadonlySet<string> = new Set(), those: ReadonlySet<string> = new Set()) =>
      [...these].filter((row) => !those.has(row));
    return [
      ...only(left, right).map((row) =>
        violation('I4', `${name}.${part}: ${row} is gone when ${how}`),
      ),
      ...only(right, left).map((row) =>
        violation('I4', `${name}.${part}: ${row} is new when ${how}`),
      ),
    ];
  });
}

/** And what it shows is what the models make of the log, without the projection's own code. */
function statuses(history: History): readonly Violation[] {
  const { orders, payments } = walkOf(history);
  // Of what was planted and yet can be read there is no history, and read models show it all the same.
  const planted = new Set(
    [topics.ordersEvents.name, topics.paymentsEvents.name].flatMap((topic) =>
      history.committed(topic).flatMap((entry) => (entry.planted === null ? [] : [keyOf(entry)])),
    ),
  );
  const inContract = new Map(
    [...payments].map(([key, { model }]) => [
      key,
      { model: model && { status: contractWords[model.status] ?? model.status } },
    ]),
  );
  const shown = (model: string, columns: Shown, walked: Walked): readonly Violation[] =>
    history.readModels
      .filter(({ projection }) => projection.name === model)
      .flatMap((live) => wrongStatuses(live, { columns, walked, planted }));
  return [
    ...shown('orders', { key: 'order_key', status: 'status' }, orders),
    ...shown('payments', { key: 'payment_key', status: 'status' }, inContract),
    ...shown('order_overview', { key: 'routing_key', status: 'status' }, orders),
    ...shown('order_overview', { key: 'routing_key', status: 'payment_status' }, inContract),
  ];
}

/** Contract 1's words, which read models speak. */
const contractWords: Readonly<Record<string, string>> = {
  ...{ created: 'INIT', processing: 'PAYING', unknown: 'PAYING' },
  ...{ succeeded: 'SUCCESS', failed: 'FAILED', closed: 'CLOSED' },
};

interface Shown {
  readonly key: string;
  readonly status: string;
}

type Walked = ReadonlyMap<string, { readonly model: { readonly status: string } | null }>;

function wrongStatuses(
  live: MemoryReadModel,
  of: { readonly columns: Shown; readonly walked: Walked; readonly planted: ReadonlySet<string> },
): readonly Violation[] {
  const { columns, walked, planted } = of;
  const parked = new Set(live.parkedKeys().map(({ key }) => key));
  const table = live.projection.tables[0]?.name ?? '';
  return live.rows(table).flatMap((row: MemoryRow) => {
    // Both columns are text.
    const key = row[columns.key] as string;
    const status = row[columns.status] as string | null;
    const expected = walked.get(key)?.model?.status;
    if (status === null || status === expected || parked.has(key) || planted.has(key)) return [];
    const what = `${live.projection.name}: ${key} shows ${status}, not ${expected ?? 'nothing'}`;
    return [violation('I4', what)];
  });
}

/** replay */
export const replayChecker: Checker = {
  name: 'replay',
  title: 'a replay from zero writes the same bytes: events, outcomes, alerts, dead letters',
  async check(history) {
    const found: Violation[] = [];
    for (const topology of history.topologies) {
      // A process manager takes its inputs as they come, so its interleaving is not in the log.
      if (topology.ordering !== 'time' && topology.inputs.length > 1) continue;
      const asked = topology.outputs.filter(isElsewhere);
      const written = new Set([...topology.outputs, topology.deadLetters]);
      for (const topic of asked) written.delete(topic);
      const askedAgain: ReplayedRecord[] = [];
      for (let partition = 0; partition < history.partitions; partition += 1) {
        const replayed = await history.replay(topology, partition);
        for (const topic of written) {
          const live = history
            .committed(topic)
            .filter(({ record, planted }) => record.partition === partition && planted === null)
            .filter(({ record }) => isInTime(record, history));
          const again = (replayed.get(topic) ?? []).filter((each) => isInTime(each, history));
          found.push(...unequal(`${topology.name}: ${topic}-${partition}`, live, again));
        }
        const questions = asked.flatMap((topic) => replayed.get(topic) ?? []);
        askedAgain.push(...questions.filter((each) => isInTime(each, history)));
      }
      found.push(...askedOtherwise(history, { topology, asked, askedAgain }));
    }
    return found;
  },
};

const elsewhere: ReadonlySet<string> = new Set(
  allTopics.filter(({ kind }) => kind === 'commands' || kind === 'copies').map(({ name }) => name),
);
const isElsewhere = (topic: string): boolean => elsewhere.has(topic);

/**
 * Several tasks write to a partition of commands, or of copies for everybody, in any order: what this
 * topology said there counts.
 */
function askedOtherwise(
  history: History,
  of: {
    readonly topology: Topology;
    readonly asked: readonly string[];
    readonly askedAgain: readonly ReplayedRecord[];
  },
): readonly Violation[] {
  const { topology, asked, askedAgain } = of;
  const source = `/plumbline/${topology.name}`;
  const live = asked
    .flatMap((topic) => history.committed(topic))
    .filter(({ envelope, record }) => envelope?.source === source && isInTime(record, history));
  const texts = new Set(askedAgain.map(textOf));
  const others = live.filter(({ record }) => !texts.has(textOf(record)));
  if (others.length === 0 && live.length === askedAgain.length) return [];
  const what = `${topology.name}: asked ${live.length} times, ${askedAgain.length} when replayed`;
  return [violation('replay', `${what}; ${others.length} otherwise`)];
}

/**
 * Who waits for what cannot come asks again for ever: what was decided after the end is compared with
 * nothing.
 */
const isInTime = ({ headers }: Pick<ReplayedRecord, 'headers'>, { endedMs }: History): boolean =>
  Date.parse(String(headers['ce_time'] ?? '')) <= endedMs || headers['ce_time'] === undefined;

const textOf = ({ key, value, headers }: ReplayedRecord): string =>
  [
    key?.toString('hex') ?? 'null',
    value?.toString('hex') ?? 'null',
    ...Object.entries(headers)
      .map(([name, bytes]) => `${name}=${bytes.toString()}`)
      .sort(),
  ].join(' ');

function unequal(
  where: string,
  live: readonly Entry[],
  replayed: readonly ReplayedRecord[],
): readonly Violation[] {
  if (live.length !== replayed.length) {
    return [
      violation('replay', `${where}: ${live.length} records live, ${replayed.length} replayed`),
    ];
  }
  const first = live.findIndex(({ record }, at) => {
    const other = replayed[at];
    return other === undefined || textOf(record) !== textOf(other);
  });
  const entry = live[first];
  if (entry === undefined) return [];
  return [violation('replay', `${where}: record ${entry.record.offset} is another when replayed`)];
}
