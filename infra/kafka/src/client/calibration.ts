import { calibrationIntervalMs } from '../limits.ts';
import { code, codeName } from '../wire/error-codes.ts';
import { produceRequest } from '../wire/produce.ts';
import type { BrokerClock } from './broker-clock.ts';
import type { Cluster } from './cluster.ts';
import { sleep } from './patience.ts';

/** An empty record: only the time at which the broker appends it is of interest. */
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
    throw new Error(`Clock topic ${topic}: ${codeName(answer?.errorCode ?? -1)}`);
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
  await calibrate(of);
  const { signal } = of.cluster;
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
