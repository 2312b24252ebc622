import type { Codec, SchemaIds } from '@plumbline/events';
import { createCodec, createMemorySchemaIds, topics } from '@plumbline/events';
import type { MemoryLog, OutgoingRecord } from '@plumbline/kafka';
import { createMetrics } from '@plumbline/observability';
import { notificationsByDefault, notificationsProjection } from '@plumbline/notifications';
import {
  callbackIdOf,
  channelSweepsTopology,
  gatewayCallsTopology,
  httpGateway,
  openCallWorker,
} from '@plumbline/payments';
import type { MemoryReadModel } from '@plumbline/postgres';
import { openMemoryReadModel } from '@plumbline/postgres';
import type { Following, Topology } from '@plumbline/runtime';
import { runTopology } from '@plumbline/runtime';
import type { Random, SimHost, Simulation } from '@plumbline/runtime/simulation';
import { createSimulation } from '@plumbline/runtime/simulation';
import type { Mutant, MutantWorld } from '../mutants/mutant.ts';
import type { PlannedPoison, RunPlan } from '../plan/run-plan.ts';
import { poisonTargets, tellingTargets } from '../plan/run-plan.ts';
import * as limits from '../limits.ts';
import { startChannelSweeps } from './channel-sweeper.ts';
import type { Command } from './client.ts';
import { createClients } from './clients.ts';
import { startDeliveries } from './deliver.ts';
import type { Journal } from './journal.ts';
import { openJournal } from './journal.ts';
import { notificationParts } from './notification-parts.ts';
import { observed } from './observed.ts';
import type { OpenCopies } from './open-copies.ts';
import { createOpenCopies } from './open-copies.ts';
import type { Receiving } from './open-receiving.ts';
import { openReceiving, personalGateway } from './open-receiving.ts';
import { poisonRecord, topicOfTarget } from './poison.ts';
import { relayPart, startRelay } from './relay.ts';
import { runSimProjection } from './run-sim-projection.ts';
import { createSimCommands } from './sim-commands.ts';
import type { BookedPayment, SimGateway } from './sim-gateway.ts';
import { createSimGateway } from './sim-gateway.ts';
import type { SimMerchants } from './sim-merchants.ts';
import { createSimMerchants } from './sim-merchants.ts';
import { checkoutsUnderWay, notificationsUnderWay, underWayAtGateway } from './under-way.ts';
import { createWatcher } from './watcher.ts';
import { catalogueOfRuns, projectionsOf, topicsOf, topologiesOf } from './what-runs.ts';

/** Virtual epoch ms at which every run begins. */
const startMs = Date.UTC(2026, 0, 1);

/** Everything of one run, set up and not yet begun. */
export interface Stage {
  readonly plan: RunPlan;
  readonly simulation: Simulation;
  readonly journal: Journal;
  readonly schemaIds: SchemaIds;
  readonly readModels: readonly MemoryReadModel[];
  readonly copies: OpenCopies;
  readonly gateway: SimGateway;
  readonly merchants: SimMerchants;
  /** Null where nobody pays into an account. */
  readonly receiving: Receiving | null;
  readonly beganMs: number;
  /** Payments, refunds and calls at the gateway that have not ended, and checkouts of ended orders. */
  underWay(): number;
  /** Notifications that have not ended, and could. */
  undelivered(): number;
  /** Clients have nothing left to do. */
  clientsAreDone(): boolean;
  watchedUpTo(topic: string, partition: number): bigint;
  newCodec(nowMs: () => number): Codec;
}

/** Sets a run up: one broker, the processes of the plan, clients, a committed reader, and poison. */
export async function openStage(plan: RunPlan, mutant: Mutant | null): Promise<Stage> {
  const { seed, partitions, faults } = plan;
  const simulation = createSimulation({
    ...{ seed, faults, startMs },
    topics: topicsOf(plan),
  });
  const schemaIds = createMemorySchemaIds();
  const newCodec = (nowMs: () => number): Codec =>
    createCodec(schemaIds, { nowMs, catalogue: catalogueOfRuns });
  const journal = openJournal();
  const readModels = await Promise.all(projectionsOf(plan).map(openMemoryReadModel));
  const copies = createOpenCopies();
  const gateway = createSimGateway({
    simulation,
    random: simulation.random.fork('gateway'),
    onEnd: (payment) => report(payment),
  });
  const merchants = createSimMerchants({
    simulation,
    random: simulation.random.fork('merchants'),
    endpoints: plan.endpoints,
  });
  const topologies = topologiesOf(plan);
  const parts = {
    ...{ plan, mutant, simulation, journal, readModels, copies, gateway, newCodec },
    ...{ merchants, topologies },
  };
  const { relayAway: away } = plan;
  for (const [index, all] of plan.processes.entries()) {
    const names = away === null ? all : all.filter((name) => name !== relayPart);
    simulation.process(`process-${index + 1}`, (host) => startProcess(parts, names, host)).start();
  }
  if (away !== null)
    startRelay({ simulation, away, begin: (host) => startProcess(parts, [relayPart], host) });
  const nowMs = (): number => simulation.nowMs();
  const reached = (name: string): void => simulation.reached(name);
  const clients = createClients({
    ...{ plan, journal, nowMs, reached },
    notifications: plan.endpoints.length === 0 ? undefined : notificationsIn(readModels),
    alerts: modelNamed(readModels, 'alerts'),
    random: simulation.random.fork('clients'),
    beganMs: startMs,
    newCodec: () => newCodec(nowMs),
  });
  const report = (payment: BookedPayment): void => {
    const command = callbackOf(payment, simulation.random.fork(`callback/${payment.reference}`));
    if (command !== null) clients.deliver(command);
  };
  const watcher = createWatcher({ partitions, journal });
  const clientLog = (host: SimHost) =>
    mutant?.clientLog?.(host.log, mutantWorld(parts, host)) ?? host.log;
  simulation.process('clients', (host) => clients.start(clientLog(host), host)).start();
  simulation.process('watcher', (host) => watcher.start(clientLog(host), host)).start();
  const receiving = await openReceiving({
    ...{ plan, simulation, journal, readModels, clientLog, beganMs: startMs },
    newCodec: () => newCodec(nowMs),
  });
  const reading = newCodec(nowMs);
  await reading.prepare([
    topics.paymentsEvents.name,
    topics.ordersEvents.name,
    topics.checkoutEvents.name,
    topics.notificationsEvents.name,
    topics.endpointsEvents.name,
  ]);
  await plantPoison({ plan, simulation, journal, topologies, codec: newCodec(nowMs) });
  return {
    ...{ plan, simulation, journal, schemaIds, readModels, copies, gateway, merchants, newCodec },
    ...{ beganMs: startMs, receiving },
    underWay: () => {
      const of = { broker: simulation.broker, codec: reading, journal };
      return underWayAtGateway(of) + checkoutsUnderWay(of);
    },
    undelivered: () =>
      notificationsUnderWay({ broker: simulation.broker, codec: reading, journal }),
    clientsAreDone: () => clients.areDone() && (receiving?.areDone() ?? true),
    watchedUpTo: (topic, partition) => watcher.position(topic, partition),
  };
}

interface Parts {
  readonly plan: RunPlan;
  readonly mutant: Mutant | null;
  readonly simulation: Simulation;
  readonly journal: Journal;
  readonly readModels: readonly MemoryReadModel[];
  readonly copies: OpenCopies;
  readonly gateway: SimGateway;
  readonly merchants: SimMerchants;
  readonly topologies: readonly Topology[];
  /** Null where nobody is told. */
  newCodec(nowMs: () => number): Codec;
}

const mutantWorld = ({ simulation }: Parts, host: SimHost): MutantWorld => ({
  host,
  random: simulation.random.fork(`mutant/${host.name}/${host.incarnationOfProcess}`),
  nowMs: () => simulation.nowMs(),
});

/** One process of ours, with the same parts that production's processes have. */
async function startProcess(
  parts: Parts,
  names: readonly string[],
  host: SimHost,
): Promise<{ close(): Promise<void> }> {
  const { plan, mutant, simulation, journal, readModels, copies } = parts;
  const { clock, logger } = host;
  const world = mutantWorld(parts, host);
  const log = mutant?.log?.(host.log, world) ?? host.log;
  const stores = mutant?.localStores?.(host.localStores, world) ?? host.localStores;
  const localStores = copies.observe(stores, host.name);
  const codec = parts.newCodec(() => clock.nowMs());
  const { partitions } = plan;
  const workers = startWorkers(parts, names, { host, log, codec, world });
  const running = await Promise.all([
    ...parts.topologies
      .filter(({ name }) => names.includes(name))
      .map((value) => mutant?.topology?.(value, world) ?? value)
      .map((topology) =>
        runTopology({
          ...{ log, codec, logger, partitions, localStores, clock },
          topology: observed(topology, journal),
          ...followedBy(workers.get(topology.name)),
        }),
      ),
    ...(names.includes('projections') ? readModels : []).map((model) =>
      runSimProjection({
        ...{ model, log, host, codec, partitions, bug: mutant?.projections },
        random: simulation.random.fork(`projection/${host.name}/${model.projection.name}`),
        reached: (name) => simulation.reached(name),
      }),
    ),
  ]);
  return {
    async close() {
      await Promise.all(running.map((each) => each.close()));
      for (const worker of workers.values()) await worker.close();
    },
  };
}

interface FollowingWorker {
  readonly following: Following;
  close(): Promise<void>;
}

const followedBy = (worker: FollowingWorker | undefined) =>
  worker === undefined ? {} : { following: worker.following };

/** What works on what topologies of a process keep, by their names. */
function startWorkers(
  parts: Parts,
  names: readonly string[],
  of: Pick<Parameters<typeof startWorker>[0], 'host' | 'log' | 'codec'> & {
    readonly world: MutantWorld;
  },
): ReadonlyMap<string, FollowingWorker> {
  const { gateway, merchants, mutant, simulation } = parts;
  const { partitions } = parts.plan;
  const nowMs = (): number => simulation.nowMs();
  const workers = new Map<string, FollowingWorker>();
  const isReceiving = parts.plan.receiving !== null;
  if (names.includes(gatewayCallsTopology.name)) {
    const worker = startWorker({ ...of, gateway, isReceiving, partitions, nowMs });
    workers.set(gatewayCallsTopology.name, worker);
  }
  const isSweeping = parts.topologies.includes(channelSweepsTopology);
  if (isSweeping && names.includes(channelSweepsTopology.name)) {
    const random = of.world.random.fork('lingering');
    const model = modelNamed(parts.readModels, 'payments');
    const worker = startChannelSweeps({ ...of, model, partitions, random, nowMs });
    workers.set(channelSweepsTopology.name, worker);
  }
  if (names.includes(notificationsByDefault.name)) {
    const reached = (name: string): void => simulation.reached(name);
    const told = { parts: notificationParts, merchants, partitions, mutant, nowMs, reached };
    const model = notificationsIn(parts.readModels);
    workers.set(notificationsByDefault.name, startDeliveries({ ...of, ...told, model }));
  }
  return workers;
}

function modelNamed(readModels: readonly MemoryReadModel[], name: string): MemoryReadModel {
  const found = readModels.find(({ projection }) => projection.name === name);
  if (found === undefined) throw new Error(`no read model ${name} in this run`);
  return found;
}

/** What shows notifications, where somebody is told. */
function notificationsIn(readModels: readonly MemoryReadModel[]): MemoryReadModel {
  const found = readModels.find(({ projection }) => projection === notificationsProjection);
  if (found === undefined) throw new Error('nobody is told in this run');
  return found;
}

/** The worker of one process, at the gateway of this world. */
function startWorker(of: {
  readonly gateway: SimGateway;
  readonly isReceiving: boolean;
  readonly log: SimHost['log'];
  readonly host: SimHost;
  readonly codec: Codec;
  readonly partitions: number;
  nowMs(): number;
}) {
  const { gateway, log, host, codec, partitions } = of;
  const commands = createSimCommands({
    ...{ log, host, codec, partitions, context: 'payments' },
    nowMs: () => of.nowMs(),
  });
  const { adapter } = gateway;
  const mock = httpGateway({
    ...{ adapter, connection: gateway.connect(host), notifyUrl: '' },
    deadlineMs: limits.callDeadlineMs,
  });
  const personal = of.isReceiving ? personalGateway(of) : null;
  const gateways = { MOCK: mock, ...(personal === null ? {} : { PERSONAL: personal.gateway }) };
  const worker = openCallWorker({
    ...{ gateways, commands, clock: host.clock, logger: host.logger },
    metrics: createMetrics({ service: 'payments', processMetrics: false }),
    workerId: `${host.name}-${host.incarnationOfProcess}`,
    decrypt: (text) => Promise.resolve(text),
    newNonce: () => '0'.repeat(32),
    wallClockMs: () => of.nowMs(),
  });
  return {
    following: worker.following,
    async close() {
      await worker.close();
      commands.close();
      personal?.close();
    },
  };
}

/** The gateway tells of an end by a callback: mostly, sometimes twice, and sometimes never. */
function callbackOf(payment: BookedPayment, random: Random): Command | null {
  // Nobody asks again about what was closed: a gateway repeats this one until it is heard.
  if (!payment.isLate && random.chance(0.4)) return null;
  const { reference } = payment;
  const payNo = reference.slice(0, payNoChars);
  // Some gateways do not sign: what they say only has them asked.
  if (!payment.isLate && random.chance(0.4)) {
    const hint = { payNo, reason: 'a callback', unlessWithinMs: 1_000, isNews: true };
    return {
      ...{ id: `hint-${reference}`, topic: topics.paymentsCommands.name },
      ...{ key: payNo, subject: payNo, payload: { type: 'QueryPayment', data: hint } },
    };
  }
  const signed = { payNo, timestamp: '1767225600000', nonce: 'of-the-gateway' };
  const callbackStatus = payment.status === 'paid' ? 'SUCCESS' : 'FAILED';
  const data = {
    ...{ ...signed, callbackStatus, channelTradeNo: payment.transactionId },
    ...{ callbackId: callbackIdOf(signed), rawPayload: 'enc:v1:simulated:e30' },
  };
  return {
    ...{ id: `callback-${reference}`, topic: topics.paymentsCommands.name },
    ...{ key: payNo, subject: payNo, payload: { type: 'ReportMockCallback', data } },
  };
}

/** A payment number has so many characters; what follows names the attempt. */
const payNoChars = 30;

async function plantPoison(of: {
  readonly plan: RunPlan;
  readonly simulation: Simulation;
  readonly journal: Journal;
  readonly topologies: readonly Topology[];
  readonly codec: Codec;
}): Promise<void> {
  const { plan, simulation, journal, codec, topologies } = of;
  await codec.prepare([...poisonTargets, ...tellingTargets].map(topicOfTarget));
  const { broker } = simulation;
  const { partitions } = plan;
  function plant(planned: PlannedPoison): void {
    const record = poisonRecord(planned, { codec, partitions, nowMs: simulation.nowMs() });
    if (!mayPlant(broker, record, topologies)) {
      simulation.after(limits.poisonAgainMs, () => plant(planned));
      return;
    }
    const { topic, partition, baseOffset } = broker.appendRaw(record);
    // With one partition there is no wrong one.
    const isSound = planned.kind === 'wrong-partition' && partitions === 1;
    journal.planted.set(
      `${topic} ${partition}/${baseOffset}`,
      isSound ? 'impossible' : planned.kind,
    );
    simulation.reached(`poison: ${planned.kind}`);
    if (tellingTargets.some((target) => target === planned.target))
      simulation.reached(`poison in ${planned.target}`);
  }
  for (const planned of plan.poison) simulation.after(planned.atMs, () => plant(planned));
}

/**
 * A task whose changelog is empty beside records in a topic of its own stops, and rightly: so whoever
 * writes where he should not does it after the owner has written.
 */
function mayPlant(
  broker: MemoryLog,
  { topic, partition }: OutgoingRecord,
  topologies: readonly Topology[],
): boolean {
  const owner = topologies.find(({ owns }) => owns.includes(topic));
  if (owner === undefined) return true;
  return broker.topicRecords(owner.changelog).some((record) => record.partition === partition);
}
