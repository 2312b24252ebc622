import { createMetrics, silentLogger } from '@plumbline/observability';
import type { LaneSettings } from '../../lanes/lane-settings.ts';
import type { LaneLimits } from '../../lanes/limits.ts';
import type { DeliveryWorker } from '../delivery-worker.ts';
import { openDeliveryWorker } from '../delivery-worker.ts';
import type {
  AttemptResult,
  DeliveryWorkerOptions,
  DueDelivery,
  HealthChange,
  OutboundAnswer,
  OutboundRequest,
  Prepared,
} from '../port.ts';
import type { DuePartition } from './due-partition.ts';
import { createDuePartition } from './due-partition.ts';
import type { VirtualClock } from './virtual-clock.ts';
import { createVirtualClock } from './virtual-clock.ts';

/** What an endpoint does with a request: an answer after a while, or none at all. */
export interface Behaviour {
  readonly afterMs?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A failure of the connection. */
  readonly code?: string;
  readonly hangs?: boolean;
}

/** A request as the endpoint saw it. */
export interface Seen {
  readonly due: DueDelivery;
  readonly process: number;
  readonly atMs: number;
  endMs: number | null;
}

/** Told of what happens, as it happens. */
export interface Observer {
  began?(seen: Seen): void;
  ended?(seen: Seen, answer: OutboundAnswer | null): void;
  reported?(due: DueDelivery, result: AttemptResult, process: number): void;
}

export interface WorldOptions {
  readonly limits?: Partial<LaneLimits>;
  readonly observer?: Observer;
  /** What the worker is given in place of what stands in the store. */
  readonly told?: (due: DueDelivery) => DueDelivery;
  readonly over?: Partial<DeliveryWorkerOptions>;
}

/** Epoch ms at which virtual time starts. */
export const startMs = 1_800_000_000_000;
const foldMs = 5;

export const active: LaneSettings = {
  ...{ status: 'ACTIVE', concurrencyMax: null, ratePerSecond: null, timeoutMs: null },
  settings: {},
};

const idOf = ({ notificationId, attempt }: DueDelivery): string => `${notificationId}#${attempt}`;

export type DeliveryWorld = ReturnType<typeof createDeliveryWorld>;

/** Endpoints, a store that folds what is reported, and processes that come and go. */
export function createDeliveryWorld({ limits = {}, observer = {}, told, over }: WorldOptions = {}) {
  const clock = createVirtualClock();
  const partitions = [createDuePartition(0), createDuePartition(1)] as const;
  const behaviours = new Map<string, (due: DueDelivery) => Behaviour>();
  const seen: Seen[] = [];
  const reports: { readonly due: DueDelivery; readonly result: AttemptResult }[] = [];
  const health: { readonly laneKey: string; readonly change: HealthChange }[] = [];
  const hooks = {
    prepare: (_due: DueDelivery): Prepared | null => null,
    reportFails: (): boolean => false,
    healthFails: (): boolean => false,
    /** What the topology makes of a report. */
    folded: (_due: DueDelivery, _result: AttemptResult): void => undefined,
  };
  /** What stands in the store, whatever the worker is told. */
  const truth = new Map<string, DueDelivery>();
  let processes = 0;
  let numbers = 0;
  let life: { isDead: boolean; readonly number: number; readonly worker: DeliveryWorker } | null =
    null;

  const keyOf = ({ laneKey, dueMs, notificationId }: DueDelivery): string =>
    `d/${laneKey}/${String(dueMs).padStart(15, '0')}/${notificationId}`;

  function storeOf(due: DueDelivery): DuePartition {
    return Number(due.notificationId.slice(1)) % 2 === 0 ? partitions[0] : partitions[1];
  }

  function add(of: Partial<DueDelivery> & { readonly laneKey: string }): DueDelivery {
    numbers += 1;
    const due: DueDelivery = {
      ...{ key: `main/O-${numbers}`, notificationId: `n${String(numbers).padStart(6, '0')}` },
      ...{
        attempt: 1,
        isFirst: (of.attempt ?? 1) === 1,
        dueMs: Math.floor(startMs + clock.nowMs()),
      },
      ...{ orderKey: 'main/O', correlationId: 'c', traceparent: null, notification: {} },
      ...of,
    };
    truth.set(idOf(due), due);
    storeOf(due).set(keyOf(due), told?.(due) ?? due);
    return due;
  }

  /** Another process, unless it is said which. */
  function start(number = processes + 1): DeliveryWorker {
    processes = number;
    const mine = { isDead: false, number };
    const worker = openDeliveryWorker({
      ...{ logger: silentLogger, metrics: createMetrics({ service: 't', processMetrics: false }) },
      ...{ limits, clock: clockOf(clock, mine), wallClockMs: () => startMs + clock.nowMs() },
      brokerNowMs: () => startMs + clock.nowMs(),
      prepare: (due) => Promise.resolve(hooks.prepare(due) ?? requestOf(due)),
      outbound: { post: (request) => post(request, mine) },
      report: async (due, result) => {
        if (hooks.reportFails()) throw new Error('no answer');
        reports.push({ due, result });
        observer.reported?.(due, result, mine.number);
        void fold(due, result);
        await clockOf(clock, mine).sleep(1);
        return 'written';
      },
      health: (laneKey, change) => {
        if (hooks.healthFails()) return Promise.reject(new Error('no answer'));
        health.push({ laneKey, change });
        return Promise.resolve();
      },
      ...over,
    });
    life = Object.assign(mine, { worker });
    for (const partition of partitions) partition.open(worker.following);
    return worker;
  }

  async function fold(due: DueDelivery, result: AttemptResult): Promise<void> {
    await clock.sleep(foldMs);
    if (!storeOf(due).has(keyOf(due))) return;
    storeOf(due).delete(keyOf(due));
    hooks.folded(due, result);
  }

  const requestOf = (due: DueDelivery): Prepared => ({
    ...{ kind: 'ready', url: `https://${due.laneKey}.example/`, headers: {} },
    body: Buffer.from(JSON.stringify(due)),
  });

  async function post(
    { body, deadlineMs, signal }: OutboundRequest,
    life: { readonly number: number; readonly isDead: boolean },
  ): Promise<OutboundAnswer> {
    const told = JSON.parse(body.toString()) as DueDelivery;
    const due = truth.get(idOf(told)) ?? told;
    const one: Seen = { due, process: life.number, atMs: clock.nowMs(), endMs: null };
    seen.push(one);
    observer.began?.(one);
    const does = behaviours.get(due.laneKey)?.(due) ?? {};
    const afterMs = does.hangs === true ? Infinity : (does.afterMs ?? 20);
    await clock.sleep(Math.min(afterMs, deadlineMs), signal);
    const answer = answerOf(does, { isLate: afterMs > deadlineMs, isAborted: signal.aborted });
    // Nobody is there any more to hear it.
    if (life.isDead) return new Promise(() => undefined);
    one.endMs = clock.nowMs();
    observer.ended?.(one, answer);
    return answer;
  }

  /** The end of a process, without a word to anybody. */
  function crash(): void {
    for (const partition of partitions) partition.close({ isTold: false });
    if (life !== null) life.isDead = true;
    for (const one of seen) {
      if (one.endMs !== null || one.process !== life?.number) continue;
      one.endMs = clock.nowMs();
      observer.ended?.(one, null);
    }
    life = null;
  }

  const configure = (laneKey: string, settings: LaneSettings | null): void => {
    for (const partition of partitions) {
      if (settings === null) partition.delete(`e/${laneKey}`);
      else partition.set(`e/${laneKey}`, settings);
    }
  };
  const underWay = (laneKey: string): number =>
    seen.filter(({ due, endMs }) => due.laneKey === laneKey && endMs === null).length;
  const behave = (laneKey: string, does: Behaviour | ((due: DueDelivery) => Behaviour)): void =>
    void behaviours.set(laneKey, typeof does === 'function' ? does : () => does);
  return {
    ...{ clock, partitions, seen, reports, health, hooks, add, start, crash, configure, behave },
    ...{ keyOf, storeOf, underWay },
    advance: (ms: number) => clock.advance(ms),
    sentTo: (laneKey: string) => seen.filter(({ due }) => due.laneKey === laneKey),
    left: () => partitions.flatMap((partition) => partition.keys().filter((key) => key[0] === 'd')),
  };
}

/** The timers of a process, which are silent once it is dead. */
const clockOf = (clock: VirtualClock, life: { readonly isDead: boolean }): VirtualClock => ({
  ...clock,
  sleep: async (ms, signal) => {
    await clock.sleep(ms, signal);
    if (life.isDead) await new Promise(() => undefined);
  },
});

function answerOf(
  does: Behaviour,
  { isLate, isAborted }: { readonly isLate: boolean; readonly isAborted: boolean },
): OutboundAnswer {
  const timing = { dnsMs: 0.4, connectMs: null, firstByteMs: 12.6 };
  const code = isAborted ? 'ABORTED' : isLate ? 'TIMED_OUT' : does.code;
  if (code !== undefined) return { kind: 'failed', code, message: 'no answer', timing };
  const { status = 200, headers = {} } = does;
  const body = Buffer.from('ok');
  return { kind: 'answered', status, headers, body, bodyTruncated: false, timing };
}
