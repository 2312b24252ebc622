import { setMaxListeners } from 'node:events';
import type { Following, StoreFollower, StoreSource } from '@plumbline/runtime';
import { unreachable } from '@plumbline/kernel';
import type { BreakerChange } from '../lanes/breaker.ts';
import { createDispatcher } from '../lanes/dispatcher.ts';
import type { Run } from '../lanes/lane.ts';
import type { LaneSettings } from '../lanes/lane-settings.ts';
import { laneLimits } from '../lanes/limits.ts';
import type { HeldEntry } from './attempts.ts';
import { createAttempts } from './attempts.ts';
import type { DeliveryLane } from './backlog.ts';
import { createBacklog } from './backlog.ts';
import { dueStore, parseDueKey, readAttempts, readSettings } from './due-store.ts';
import type { DueTask } from './due-task.ts';
import { createHealthSpeaker } from './health.ts';
import * as limits from './limits.ts';
import { createMeasurements } from './measurements.ts';
import type { DeliveryWorkerOptions, DueDelivery, LaneView } from './port.ts';
import { repeated } from './repeat.ts';
import type { Sent } from './send-attempt.ts';
import { sendAttempt } from './send-attempt.ts';

export interface DeliveryWorker {
  /** Takes its work from the store of the attempts that are due. */
  readonly following: Following;
  /** Those that have work, or had some not long ago. */
  lanes(): readonly LaneView[];
  /** Begins nothing more, and waits some seconds for what is under way. */
  close(): Promise<void>;
}

/**
 * Delivers what is due.
 *
 *   due ─► its lane's turn ─► the request ─► report, repeated until it is written
 *
 * It asks nobody before it sends: a notification has one id at every attempt, so that what was sent
 * and not reported when a process dies may be sent again. Within one process an attempt is sent once.
 */
export function openDeliveryWorker(options: DeliveryWorkerOptions): DeliveryWorker {
  const { clock, logger } = options;
  const stopping = new AbortController();
  // Every request and every wait listens to it: some thousands at most, each only while it lasts.
  setMaxListeners(0, stopping.signal);
  const tasks = new Set<DueTask>();
  const working = new Set<Promise<void>>();
  const pauses = new WeakMap<DeliveryLane, number>();
  let reporting = 0;

  const attempts = createAttempts();
  const laneOptions = { ...laneLimits, ...options.limits };
  const { timeoutMs } = laneOptions;
  const sendOptions = { ...options, timeoutMs, stopping: stopping.signal };
  const dispatcher = createDispatcher<HeldEntry>({
    ...{ clock, settingsOf, begin, refill, limits: laneOptions },
    hasMore: (lane) => backlog.hasMore(lane),
    isBehind: () => reporting >= limits.reportingMax,
  });
  const backlog = createBacklog({
    ...{ clock, attempts, limits: laneOptions, dispatcher: () => dispatcher },
  });
  const speaker = createHealthSpeaker(sendOptions);
  const measure = createMeasurements(options.metrics, {
    underWay: () => dispatcher.underWay(),
    queued: () => backlog.queued(),
    parkedLanes: () => views().filter(({ status, hasMore }) => hasMore && status !== 'open').length,
  });

  /**
   * Tasks hear of a change one after the other. While one of them still, or already, says that nothing
   * may be sent, nothing is.
   */
  function settingsOf(laneKey: string): LaneSettings | null {
    let known: LaneSettings | null = null;
    for (const { settings } of tasks) {
      const told = settings.get(laneKey);
      if (told !== undefined && told.status !== 'ACTIVE') return told;
      known ??= told ?? null;
    }
    return known;
  }

  function configure(laneKey: string): void {
    const lane = dispatcher.known(laneKey);
    if (lane === undefined) return;
    lane.configure(settingsOf(laneKey), clock.nowMs());
    parkIfQuiet(lane);
    dispatcher.offer(lane);
  }

  function parkIfQuiet(lane: DeliveryLane): void {
    if (lane.status(clock.nowMs()) !== 'open') backlog.park(lane);
  }

  /** Never throws: a store that cannot be read now is read again. */
  function refill(lane: DeliveryLane): boolean {
    try {
      return backlog.refill(lane);
    } catch (error) {
      logger.error('what is due cannot be read', { lane: lane.key, error });
      lane.pause(clock.nowMs() + limits.readAgainMs);
      return true;
    }
  }

  function begin(lane: DeliveryLane, entry: HeldEntry, run: Run): void {
    backlog.taken(lane);
    if (!attempts.begin(entry)) {
      dispatcher.ended(lane, run, { contact: 'untried', tookMs: null });
      return;
    }
    const work = deliver(lane, entry, run).catch((error: unknown) => {
      logger.error('a delivery broke off', { ...shortOf(entry.due), error });
    });
    working.add(work);
    void work.then(() => working.delete(work));
    if (backlog.runsLow(lane)) refill(lane);
  }

  async function deliver(lane: DeliveryLane, entry: HeldEntry, run: Run): Promise<void> {
    const { due, id } = entry;
    const brokerNowMs = options.brokerNowMs();
    const settings = lane.settings();
    const sent = await sendAttempt(due, settings, sendOptions);
    switch (sent.kind) {
      case 'stopped':
        dispatcher.ended(lane, run, { contact: 'untried', tookMs: null });
        return;
      case 'later': {
        const { first, max } = limits.laterPauseMs;
        const pauseMs = pauses.get(lane) ?? first;
        pauses.set(lane, Math.min(pauseMs * 2, max));
        lane.pause(clock.nowMs() + pauseMs);
        logger.warn('a delivery has to wait', { ...shortOf(due), why: sent.why });
        dispatcher.ended(lane, run, { contact: 'untried', tookMs: null });
        backlog.putBack(attempts.giveUp(id));
        return;
      }
      case 'ended':
        pauses.delete(lane);
        if (sent.result.kind === 'GONE') lane.gone(settings);
        showLane(lane, run, sent);
        measure.ended(due, brokerNowMs, sent.result);
        await report(entry, sent, lane);
        attempts.reported(id);
        return;
      default:
        unreachable(sent);
    }
  }

  /** What a request means for those that wait behind it. */
  function showLane(lane: DeliveryLane, run: Run, sent: Extract<Sent, { kind: 'ended' }>): void {
    const { result, contact, tookMs, restMs } = sent;
    if (restMs !== null) lane.rest(clock.nowMs() + Math.min(restMs, laneOptions.restMsMax));
    const change = dispatcher.ended(lane, run, { contact, tookMs });
    parkIfQuiet(lane);
    if (change !== null) tellHealth(lane.key, change, result.code ?? result.kind);
  }

  function tellHealth(laneKey: string, change: BreakerChange, code: string): void {
    if (change.kind === 'recovered') {
      logger.info('an endpoint is there again', { lane: laneKey });
      speaker.tell(laneKey, { kind: 'RECOVERED' });
      return;
    }
    const { failures } = change;
    logger.warn('an endpoint is left alone', { lane: laneKey, failures, code });
    measure.breakerOpened();
    const sinceMs = Math.floor(options.wallClockMs() - (clock.nowMs() - change.sinceMs));
    speaker.tell(laneKey, { kind: 'FAILING', sinceMs, failures, code });
  }

  async function report(
    { due, task }: HeldEntry,
    { result }: Extract<Sent, { kind: 'ended' }>,
    lane: DeliveryLane,
  ) {
    reporting += 1;
    const heard = await repeated(() => options.report(due, result, task.source), {
      ...{ clock, stopping: stopping.signal },
      onError: (error) => logger.warn('a report is not written', { ...shortOf(due), error }),
    });
    reporting -= 1;
    dispatcher.wake();
    if (heard === 'refused') logger.info('a report came too late', shortOf(due));
    // The attempt was given up meanwhile, so the log does not disable the endpoint: asked again, it
    // has to say again that it is gone. Otherwise nothing would ever open its lane.
    if (heard === 'written' || heard === null || result.kind !== 'GONE') return;
    lane.goneUnheard();
    dispatcher.offer(lane);
  }

  /** Settings first, at once: nothing may be sent to an endpoint that is paused. Errors: LocalStoreError. */
  function follow({ partition }: { readonly partition: number }, source: StoreSource) {
    const task: DueTask = { partition, source, held: new Map(), settings: new Map(), isOpen: true };
    for (const page of readSettings(source))
      for (const [laneKey, settings] of page) task.settings.set(laneKey, settings);
    tasks.add(task);
    for (const laneKey of task.settings.keys()) configure(laneKey);
    void walk(task);
    return followerOf(task);
  }

  const followerOf = (task: DueTask): StoreFollower => ({
    changed(key, value) {
      const { kind, laneKey } = parseDueKey(key);
      switch (kind) {
        case 'settings':
          if (value === undefined) task.settings.delete(laneKey);
          else task.settings.set(laneKey, value as LaneSettings);
          configure(laneKey);
          return;
        case 'attempt':
          if (value === undefined) backlog.forget(task, key);
          else backlog.see(task, key, value as DueDelivery);
          return;
        default:
          unreachable(kind);
      }
    },
    close() {
      tasks.delete(task);
      backlog.leave(task);
      for (const laneKey of task.settings.keys()) configure(laneKey);
    },
  });

  /** What stood in the store before. What comes meanwhile is told, and seeing it twice does no harm. */
  async function walk(task: DueTask): Promise<void> {
    while (task.isOpen && !stopping.signal.aborted) {
      try {
        await walkOnce(task);
        return;
      } catch (error) {
        logger.error('what is due cannot be read', { partition: task.partition, error });
        await clock.sleep(limits.readAgainMs, stopping.signal);
      }
    }
  }

  async function walkOnce(task: DueTask): Promise<void> {
    const pages = readAttempts(task.source);
    let fullLane: string | null = null;
    while (task.isOpen) {
      const page = pages.next(fullLane);
      if (page.done === true) return;
      for (const [key, due] of page.value) backlog.see(task, key, due);
      const last = page.value.at(-1);
      fullLane = last === undefined || task.held.has(last[0]) ? null : last[1].laneKey;
      await clock.turn();
    }
  }

  const views = (): LaneView[] =>
    [...dispatcher.lanes()].map((lane) => ({
      ...{ laneKey: lane.key, queued: lane.queued(), underWay: lane.underWay() },
      ...{ status: lane.status(clock.nowMs()), pace: lane.pace(clock.nowMs()) },
      hasMore: backlog.hasMore(lane),
    }));

  return {
    following: { store: dueStore, start: 'ask', knows: 'committed', open: follow },
    lanes: views,
    async close() {
      dispatcher.stop();
      const ends = Promise.all([...working]).then(() => speaker.idle());
      const waited = new AbortController();
      await Promise.race([ends, clock.sleep(limits.lastAttemptsMs, waited.signal)]);
      waited.abort();
      stopping.abort();
    },
  };
}

const shortOf = ({ notificationId, attempt, laneKey, correlationId }: DueDelivery) => ({
  ...{ notificationId, attempt, lane: laneKey, correlationId },
});
