import { inspect } from 'node:util';
import type { Codec } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Log, LogRecord, OutgoingRecord } from '@plumbline/kafka';
import { consistencyAlerts } from '@plumbline/consistency-alerts';
import { silentLogger } from '@plumbline/observability';
import { ordersProjection } from '@plumbline/orders';
import { paymentsProjection } from '@plumbline/payments';
import { openPostgres, rebuildAndCompare } from '@plumbline/postgres';
import { projections } from '@plumbline/queries';
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
    for (const projection of [ordersProjection, paymentsProjection, ...projections]) {
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

async function replayViolations(world: World): Promise<Violation[]> {
  const { log, codec } = world;
  const raised = await readTopic(log, topics.alertsEvents.name, partitions);
  const live = raised.map(shown);
  const replayed = (await replayedAlerts(log, codec)).map(shown);
  if (live.length === replayed.length && live.every((text, i) => text === replayed[i])) return [];
  const only = raised.find((_, i) => !replayed.includes(live[i] ?? ''));
  const orderNo = only?.key?.toString().replace('main/', '');
  const what = `a replay raises other alerts: ${live.length} live, ${replayed.length} replayed`;
  const story = orderNo === undefined ? '' : `\n${await storyOf(world, orderNo)}`;
  return [{ invariant: 'I8', what: `${what}${story}` }];
}

async function replayedAlerts(log: Log, codec: Codec): Promise<OutgoingRecord[]> {
  const topic = topics.alertsEvents.name;
  await codec.prepare([...consistencyAlerts.outputs, consistencyAlerts.deadLetters]);
  const replayed: OutgoingRecord[] = [];
  const untilMs = log.brokerNowMs() ?? 0;
  for (let partition = 0; partition < partitions; partition += 1) {
    await replayTopology({
      ...{ topology: consistencyAlerts, log, codec, partition, partitions, untilMs },
      onOutput: (output) => {
        if (output.topic === topic) replayed.push(output);
      },
    });
  }
  return replayed;
}

const shown = ({ key, value, headers }: LogRecord | OutgoingRecord): string =>
  JSON.stringify([
    key?.toString(),
    value?.toString('hex'),
    Object.entries(headers)
      .map(([name, bytes]) => [name, bytes.toString()])
      .sort(),
  ]);
