import type { Clock } from '../clock.ts';
import { PositionOutOfRange, Unavailable } from '../errors.ts';
import { fetchBytesPerPartition } from '../limits.ts';
import type { Fetched, FetchOptions, Log, LogReader, TopicPartition } from '../log.ts';
import type { MemoryPartition } from './memory-partition.ts';
import { Positions } from '../positions.ts';

/** What a reader needs of the log in memory. */
export interface ReaderHost {
  readonly virtualClock: boolean;
  /** How to wait when time is virtual and moves by itself. */
  readonly sleep: Clock['sleep'] | undefined;
  partition(at: TopicPartition): MemoryPartition;
  /** Throws what the fetch shall fail with. */
  beforeFetch(): void;
  brokerNowMs(): number;
  /** Calls back once, at the next change; returns how to take that back. */
  onChange(wake: () => void): () => void;
}

export function createMemoryReader(
  host: ReaderHost,
  options: Parameters<Log['openReader']>[0],
): LogReader {
  const positions = new Positions(options.from);
  const opened = new Map(options.from.map((at) => [nameOf(at), host.partition(at)]));
  let closed = false;
  let wakeClosed: () => void = () => undefined;

  const partitionOf = (at: TopicPartition): MemoryPartition => {
    const partition = host.partition(at);
    if (partition === opened.get(nameOf(at))) return partition;
    const detail = 'the topic was deleted and made again since the reader was opened';
    throw new PositionOutOfRange({ ...at, offset: positions.of(at), detail });
  };

  const read = (from: readonly TopicPartition[], fetch: FetchOptions, sentAtBrokerMs: number) =>
    from.map((at) =>
      partitionOf(at).read({
        offset: positions.of(at),
        isolation: options.isolation,
        bytesMax: fetch.maxBytesPerPartition ?? fetchBytesPerPartition,
        sentAtBrokerMs,
      }),
    );

  const fetch = async (
    how: FetchOptions,
    only?: readonly TopicPartition[],
  ): Promise<readonly Fetched[]> => {
    const from = only ?? positions.all();
    const sentAtBrokerMs = host.brokerNowMs();
    const { sleep } = host;
    const nowMs = sleep === undefined ? () => performance.now() : () => host.brokerNowMs();
    const until = nowMs() + how.maxWaitMs;
    for (let waited = false; ; waited = true) {
      if (closed) throw new Unavailable('The reader is closed');
      host.beforeFetch();
      const answer = read(from, how, sentAtBrokerMs);
      const news = answer.some((one) => one.nextOffset > positions.of(one));
      const leftMs = until - nowMs();
      if (news || (waited && ((host.virtualClock && sleep === undefined) || leftMs <= 0))) {
        for (const one of answer) positions.move(one, one.nextOffset);
        return answer;
      }
      // Even an empty fetch that may not wait lets timers and sockets have their turn.
      if (sleep !== undefined) await wakeOrSlept(sleep, Math.max(1, leftMs));
      else if (host.virtualClock || leftMs <= 0) await new Promise(setImmediate);
      else await wakeOrTimeout(leftMs);
    }
  };

  const wakeOrSlept = async (sleep: Clock['sleep'], timeoutMs: number): Promise<void> => {
    const woken = new AbortController();
    wakeClosed = () => woken.abort();
    const forget = host.onChange(wakeClosed);
    await sleep(timeoutMs, woken.signal);
    forget();
  };

  const wakeOrTimeout = (timeoutMs: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        forget();
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      const forget = host.onChange(done);
      wakeClosed = done;
    });

  return {
    position: (of) => positions.of(of),
    stampMs: () => host.brokerNowMs(),
    seek: (to) => positions.move(to, to.offset),
    fetch,
    close: () => {
      closed = true;
      wakeClosed();
      return Promise.resolve();
    },
  };
}

function nameOf(at: TopicPartition): string {
  return `${at.topic}-${at.partition}`;
}
