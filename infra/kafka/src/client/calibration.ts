import { Unavailable } from '../errors.ts';
import { calibrationIntervalMs, reconnectPatience } from '../limits.ts';
import { code, codeName, staleLeader } from '../wire/error-codes.ts';
import { produceRequest } from '../wire/produce.ts';
import type { BrokerClock } from './broker-clock.ts';
import type { Cluster } from './cluster.ts';
import { sleep, withPatience } from './patience.ts';

/**
 * An empty record: only the time at which the broker appends it is of interest. {@link Unavailable}
 * when asking again can help; an answer that was lost is one more empty record.
 */
async function calibrate(of: { cluster: Cluster; clock: BrokerClock; topic: string }) {
  const { cluster, clock, topic } = of;
  const at = { topic, partition: 0 };
  const leader = await cluster.findLeader(at);
  const record = { ...at, key: null, value: null, headers: {} };
  const [answer] = await cluster.callLeader(
    at,
    produceRequest({
      transactionalId: null,
      timeoutMs: cluster.options.requestTimeoutMs,
      topics: [
        {
          topic,
          partitions: [{ partition: 0, records: [record], from: 0, to: 1, producer: null }],
        },
      ],
    }),
  );
  if (answer === undefined || answer.errorCode !== code.none) {
    cluster.forget([topic]);
    const errorCode = answer?.errorCode ?? code.networkException;
    const text = `Clock topic ${topic}: ${codeName(errorCode)}`;
    // A broker tells who leads a new topic a moment before it leads it itself.
    throw staleLeader.has(errorCode) ? new Unavailable(text) : new Error(text);
  }
  clock.observe(`${leader.host}:${leader.port}`, answer.appendTimeMs);
}

/**
 * Asks for the broker's time once, so that it is known from the start, then every
 * {@link calibrationIntervalMs} until the log is closed. A failure after the first is only warned
 * of: the bound goes on by the monotonic clock.
 */
export async function keepCalibrated(of: {
  readonly cluster: Cluster;
  readonly clock: BrokerClock;
  readonly topic: string;
  onError(message: string): void;
}): Promise<void> {
  const { signal } = of.cluster;
  await withPatience(() => calibrate(of), reconnectPatience, signal);
  const loop = async (): Promise<void> => {
    for (;;) {
      await sleep(calibrationIntervalMs, signal);
      if (signal.aborted) return;
      await calibrate(of).catch((error: unknown) => {
        if (!signal.aborted) of.onError(`Broker time: ${String(error)}`);
      });
    }
  };
  void loop();
}
