import { inspect } from 'node:util';
import type { Codec } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Log, LogRecord, OutgoingRecord } from '@plumbline/kafka';
import { consistencyAlerts } from '@plumbline/consistency-alerts';
import { silentLogger } from '@plumbline/observability';
import { ordersProjection } from '@plumbline/orders';
import {
  gatewayCallsTopology,
  merchantResultsTopology,
  paymentsProjection,
  refusedCallbacksProjection,
} from '@plumbline/payments';
import { openPostgres, rebuildAndCompare } from '@plumbline/postgres';
import { projections } from '@plumbline/queries';
import type { Topology } from '@plumbline/runtime';
import { replayTopology } from '@plumbline/runtime';

import { checkLog } from '../checks/check-log.ts';
import { promiseViolations } from '../checks/check-promises.ts';
import { learnAll, readTopic } from '../checks/read-log.ts';
import type { Violation } from '../checks/violation.ts';
import { storyOf } from './story.ts';
import type { World } from './world.ts';
import { partitions } from './world.ts';

/** What clients were answered; each of them must stand in the log, once. */
export interface Promised {
  readonly created: readonly string[];
  readonly paid: readonly string[];
}

const contexts = [
  {
    name: 'orders',
    commands: topics.ordersCommands.name,
    events: topics.ordersEvents.name,
    outcomes: topics.ordersOutcomes.name,
    paidType: 'OrderPaid',
  },
  {
    name: 'payments',
    commands: topics.paymentsCommands.name,
    events: topics.paymentsEvents.name,
    outcomes: topics.paymentsOutcomes.name,
    paidType: 'PaymentSucceeded',
  },
] as const;

/** Everything that must hold once the faults are over and the work is done. */
export async function verdictOf(
  world: World,
  promised: Promised,
  checks: 'all' | 'log',
): Promise<readonly Violation[]> {
  const ofLog = await logViolations(world, promised);
  if (checks === 'log') return ofLog;
  return [...ofLog, ...(await readModelViolations(world)), ...(await replayViolations(world))];
}

async function logViolations(world: World, promised: Promised): Promise<Violation[]> {
  const { log, codec } = world;
  const found: Violation[] = [];
  for (const { commands, events, outcomes, paidType } of contexts) {
    const [c, e, o] = [
      await readTopic(log, commands, partitions),
      await readTopic(log, events, partitions),
      await readTopic(log, outcomes, partitions),
    ];
    await learnAll(codec, [...e, ...o]);
    found.push(...checkLog({ commands: c, events: e, outcomes: o }, codec));
    found.push(...promiseViolations(e, paidType, promised.paid));
    if (paidType === 'OrderPaid')
      found.push(...promiseViolations(e, 'OrderCreated', promised.created));
  }
  return found;
}

async function readModelViolations({ log, codec, stack }: World): Promise<Violation[]> {
  const postgres = openPostgres({ url: stack.postgresUrl, poolMax: 4, logger: silentLogger });
  try {
    const found: Violation[] = [];
    for (const projection of [
      ...[ordersProjection, paymentsProjection, refusedCallbacksProjection],
      ...projections,
    ]) {
      const { equal, tables } = await rebuildAndCompare({ projection, log, codec, postgres });
      if (equal) continue;
      const wrong = tables.filter((table) => !table.equal);
      const what = `read model ${projection.name} is not the fold: ${inspect(wrong, { depth: 6 })}`;
      found.push({ invariant: 'I4', what: what.slice(0, 2_000) });
    }
    return found;
  } finally {
    await postgres.close();
  }
}

interface Derived {
  readonly topology: Topology;
  /** What it writes, and nobody else. */
  readonly topic: string;
  readonly what: string;
  /** Whether each key is written by one partition alone, so that the order is the same as well. */
  readonly ordered: boolean;
}

/** What follows from the log alone, and is the same whenever it is derived. */
const derived: readonly Derived[] = [
  { topology: consistencyAlerts, topic: topics.alertsEvents.name, what: 'alerts', ordered: true },
  {
    topology: merchantResultsTopology,
    topic: topics.resultsEvents.name,
    what: 'results',
    ordered: true,
  },
  {
    topology: gatewayCallsTopology,
    topic: topics.transactionsEvents.name,
    what: 'claims',
    ordered: false,
  },
  {
    topology: gatewayCallsTopology,
    topic: topics.callbacksEvents.name,
    what: 'words of callbacks',
    ordered: true,
  },
];

async function replayViolations(world: World): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const each of derived) found.push(...(await replayViolationsOf(world, each)));
  return found;
}

async function replayViolationsOf(world: World, of: Derived): Promise<Violation[]> {
  const { log, codec } = world;
  const written = await readTopic(log, of.topic, partitions);
  const again = await replayed(of, log, codec);
  const textOf = (records: readonly (LogRecord | OutgoingRecord)[]) => {
    const all = records.map(shown);
    return JSON.stringify(of.ordered ? all : all.sort());
  };
  if (textOf(written) === textOf(again)) return [];
  const texts = new Set(again.map(shown));
  const only = written.find((record) => !texts.has(shown(record)));
  const what = `a replay gives other ${of.what}: ${written.length} live, ${again.length} replayed`;
  const orderNo = only?.key?.toString().replace('main/', '');
  const story = orderNo === undefined ? '' : `\n${await storyOf(world, orderNo)}`;
  return [{ invariant: of.what === 'alerts' ? 'I8' : 'replay', what: `${what}${story}` }];
}

async function replayed(
  { topology, topic }: Derived,
  log: Log,
  codec: Codec,
): Promise<OutgoingRecord[]> {
  await codec.prepare([...topology.outputs, topology.deadLetters]);
  const outputs: OutgoingRecord[] = [];
  const untilMs = log.brokerNowMs() ?? 0;
  for (let partition = 0; partition < partitions; partition += 1) {
    await replayTopology({
      ...{ topology, log, codec, partition, partitions, untilMs },
      onOutput: (output) => {
        if (output.topic === topic) outputs.push(output);
      },
    });
  }
  return outputs;
}

const shown = ({ key, value, headers }: LogRecord | OutgoingRecord): string =>
  JSON.stringify([
    key?.toString(),
    value?.toString('hex'),
    Object.entries(headers)
      .map(([name, bytes]) => [name, bytes.toString()])
      .sort(),
  ]);
