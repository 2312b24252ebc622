import type { Codec } from '@plumbline/events';
import { createMetrics } from '@plumbline/observability';
import type { MemoryReadModel } from '@plumbline/postgres';
import type { Following } from '@plumbline/runtime';
import type { SimHost } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';
import type { Mutant, MutantWorld } from '../mutants/mutant.ts';
import type { NotificationParts } from './notification-parts.ts';
import { createSimCommands } from './sim-commands.ts';
import type { Due, Outbound, SimMerchants } from './sim-merchants.ts';
import { attemptHeader } from './sim-merchants.ts';
import { sweeperOptions } from './sweeper.ts';

type WorkerOptions = Parameters<NotificationParts['openDeliveryWorker']>[0];

/** What a planted bug may change of deliveries. */
export type DeliveryPorts = Pick<WorkerOptions, 'prepare' | 'report'> & {
  readonly outbound: Outbound;
};

/** Nobody checks here what the signature's own tests check. */
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** The deliveries of one process, as production makes and reports them, to the merchants of a world. */
export function startDeliveries(of: {
  readonly parts: NotificationParts;
  readonly merchants: SimMerchants;
  readonly log: SimHost['log'];
  readonly host: SimHost;
  readonly codec: Codec;
  readonly partitions: number;
  readonly mutant: Mutant | null;
  readonly world: MutantWorld;
  /** The read model of notifications. */
  readonly model: MemoryReadModel;
  reached(name: string): void;
  nowMs(): number;
}): { readonly following: Following; close(): Promise<void> } {
  const { parts, host, mutant, world } = of;
  const { clock, logger } = host;
  const workerId = `${host.name}-${host.incarnationOfProcess}`;
  const nowMs = (): number => of.nowMs();
  const notifications = createSimCommands({ ...of, context: 'notifications', nowMs });
  const endpoints = createSimCommands({ ...of, context: 'endpoints', nowMs });
  let said = 0;
  const reports = parts.createWorkerReports({
    notifications,
    endpoints: {
      // Production draws these ids, and here nothing is drawn that a seed does not give.
      execute: (command) => {
        said += 1;
        const id = `health-${workerId}-${said}`;
        return endpoints.execute({ ...command, id, correlationId: id });
      },
    },
    keyRing: { encrypt: () => Promise.resolve('enc:v1:simulated:e30') },
    workerId,
  });
  const line = of.merchants.connect(host);
  const prepare = parts.createPrepare({
    secrets: { signing: () => Promise.resolve([secret]) },
    ownSecret: null,
    nowMs,
  });
  const ports: DeliveryPorts = {
    outbound: line,
    async prepare(due, settings) {
      line.prepares(due);
      if (worker.lanes().some(({ hasMore }) => hasMore))
        of.reached('a lane had more than it holds');
      // A vault takes its time, and in it a process can end.
      const { usualVaultMs, slowVaultMs } = limits;
      const vaultMs = world.random.chance(0.2) ? slowVaultMs : usualVaultMs;
      await clock.sleep(world.random.between(1, vaultMs));
      return withAttempt(await prepare(due, settings), due);
    },
    async report(due, result, task) {
      const written = await reports.report(due, result, task);
      line.reported(due);
      return written;
    },
  };
  const worker = parts.openDeliveryWorker({
    ...(mutant?.deliveries?.(ports, world) ?? ports),
    ...{ health: reports.health, clock, logger, wallClockMs: nowMs, brokerNowMs: nowMs },
    metrics: createMetrics({ service: 'notifications', processMetrics: false }),
    limits: limits.lanes,
  });
  const swept = sweeperOptions({
    ...{ model: of.model, notifications, host, nowMs },
    random: world.random.fork('sweeper'),
  });
  const sweeper = parts.openSweeper(mutant?.sweeper?.(swept) ?? swept);
  return {
    following: mutant?.following?.(worker.following) ?? worker.following,
    async close() {
      await sweeper.close();
      await worker.close();
      notifications.close();
      endpoints.close();
    },
  };
}

type Prepared = Awaited<ReturnType<WorkerOptions['prepare']>>;

const withAttempt = (prepared: Prepared, { attempt }: Due): Prepared =>
  prepared.kind === 'ready'
    ? { ...prepared, headers: { ...prepared.headers, [attemptHeader]: String(attempt) } }
    : prepared;
