import { setMaxListeners } from 'node:events';
import type { Clock } from '@plumbline/kafka';
import { unreachable } from '@plumbline/kernel';
import type { BackOff } from './back-off.ts';
import { waitMsAfter } from './back-off.ts';
import type { KeepFolder, KeptRecord } from './keep-folder.ts';
import type { MonitorApi, Reported } from './monitor-api.ts';
import { callsAtOnce } from './limits.ts';

/** What became of a try. */
export type ReportEvent =
  | {
      readonly event: 'reported';
      readonly record: string;
      readonly tries: number;
      readonly answer: Reported;
    }
  | {
      readonly event: 'retry';
      readonly record: string;
      readonly tries: number;
      readonly problem: string;
      readonly waitMs: number;
    }
  | AlarmEvent;

export interface AlarmEvent {
  readonly event: 'alarm';
  readonly record: string;
  readonly tries: number;
  readonly problem: string;
  /** Where the record is put next. */
  readonly file: string;
}

export interface ReporterOptions {
  readonly folder: KeepFolder;
  readonly api: Pick<MonitorApi, 'report'>;
  readonly clock: Pick<Clock, 'nowMs' | 'sleep'>;
  readonly backOff: BackOff;
  readonly triesMax: number;
  /** Told of every try, and waited for: an alarm is raised before its record is put away. */
  readonly onEvent: (event: ReportEvent) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface Reporter {
  /** Given when it does nothing more: at the signal, when it is stopped, and when it has failed. */
  readonly over: AbortSignal;
  /** Records that are not settled: waiting, or under way. */
  waiting(): number;
  /** Has a record that is kept reported. */
  add(name: string): void;
  /** Resolves when fewer than so many wait, or when it is over. */
  below(count: number): Promise<void>;
  /**
   * Resolves once everything is settled that was added before, or when it is over and nothing is
   * under way any more. Errors: those of the folder, after which it does nothing more.
   */
  settled(): Promise<void>;
  /** Tries nothing more; what is under way comes to its end. */
  stop(): void;
}

/**
 * Reports what a folder keeps, a few at once, the oldest first, each again after a wait of its own.
 * A record leaves the folder when it was accepted, and when its alarm was raised.
 */
export function createReporter(options: ReporterOptions): Reporter {
  const { folder, api, clock, backOff, triesMax, onEvent, signal } = options;
  const stopping = new AbortController();
  const over = AbortSignal.any([signal, stopping.signal]);
  // Each record that waits for its next try listens: there are as many as there are.
  setMaxListeners(0, over);
  const ready = createQueue();
  const watchers = new Set<() => void>();
  let open = 0;
  let underWay = 0;
  /** Said by the server, with 429 and 503: until then nobody asks. */
  let quietUntilMs = 0;
  let failure: { readonly error: unknown } | null = null;

  const changed = (): void => {
    for (const watcher of [...watchers]) watcher();
  };
  over.addEventListener('abort', changed, { once: true });

  const until = (isSo: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!isSo()) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
    });

  async function alarm(name: string, of: Omit<AlarmEvent, 'event' | 'file'>): Promise<void> {
    await onEvent({ event: 'alarm', ...of, file: folder.alarmedPath(name) });
    await folder.alarmed(name);
  }

  /** The wait before the next try, ms; `null` when there is none. */
  async function tryOnce(name: string): Promise<number | null> {
    const found = await folder.find(name);
    switch (found.kind) {
      case 'gone':
        await folder.accepted(name);
        return null;
      case 'unreadable': {
        const problem = 'its file cannot be read';
        await alarm(name, { record: '', tries: 0, problem });
        return null;
      }
      case 'kept':
        return report(name, found.kept);
      default:
        return unreachable(found);
    }
  }

  async function report(name: string, kept: KeptRecord): Promise<number | null> {
    const { record } = kept;
    const came = await api.report(record);
    const tries = kept.tries + 1;
    if (came.kind === 'accepted') {
      await folder.accepted(name);
      await onEvent({ event: 'reported', record, tries, answer: came.answer });
      return null;
    }
    const { problem } = came;
    // Stopped in the middle of a call: that says nothing about the record.
    if (over.aborted) return 0;
    await folder.tried(name, { ...kept, tries, problem });
    if (came.kind === 'never' || tries >= triesMax) {
      await alarm(name, { record, tries, problem });
      return null;
    }
    quietUntilMs = Math.max(
      quietUntilMs,
      clock.nowMs() + Math.min(came.notBeforeMs, backOff.longestMs),
    );
    const waitMs = waitMsAfter(tries, backOff);
    await onEvent({ event: 'retry', record, tries, problem, waitMs });
    return waitMs;
  }

  const again = async (name: string, waitMs: number): Promise<void> => {
    await clock.sleep(waitMs, over);
    ready.put(name);
    next();
  };

  async function work(name: string): Promise<void> {
    try {
      while (quietUntilMs > clock.nowMs() && !over.aborted)
        await clock.sleep(quietUntilMs - clock.nowMs(), over);
      const waitMs = over.aborted ? 0 : await tryOnce(name);
      if (waitMs === null) open -= 1;
      else void again(name, waitMs);
    } catch (error) {
      failure ??= { error };
      stopping.abort();
    }
    underWay -= 1;
    next();
    changed();
  }

  function next(): void {
    while (underWay < callsAtOnce && !over.aborted) {
      const name = ready.take();
      if (name === undefined) return;
      underWay += 1;
      void work(name);
    }
  }

  return {
    over,
    waiting: () => open,
    add: (name) => {
      open += 1;
      ready.put(name);
      next();
    },
    below: (count) => until(() => open < count || over.aborted),
    settled: async () => {
      await until(() => open === 0 || (over.aborted && underWay === 0));
      if (failure !== null) throw failure.error;
    },
    stop: () => stopping.abort(),
  };
}

/** First in, first out; shift() of an array of a hundred thousand moves them all each time. */
function createQueue() {
  let names: string[] = [];
  let taken = 0;
  return {
    put: (name: string): void => void names.push(name),
    take: (): string | undefined => {
      const name = names[taken];
      if (name === undefined) return undefined;
      taken += 1;
      if (taken * 2 > names.length) [names, taken] = [names.slice(taken), 0];
      return name;
    },
  };
}
