import { Cluster } from '../client/cluster.ts';
import type { Address } from '../client/link.ts';
import { reconnectPatience } from '../limits.ts';
import { Unavailable } from '../errors.ts';
import type { TopicPartition } from '../log.ts';
import { withPatience } from '../client/patience.ts';
import { code, codeName } from '../wire/error-codes.ts';
import { produceRequest } from '../wire/produce.ts';
import type { WireRequest } from '../wire/request.ts';
import {
  addPartitionsRequest,
  coordinatorOf,
  endTxnRequest,
  initProducerIdRequest,
  type ProducerIdentity,
} from '../wire/transactions.ts';
import { recordOf } from './harness.ts';

/**
 * A producer that many would write, on one partition: what got no answer is sent again by the same
 * producer under the same epoch, and when it is answered the next transaction begins. It speaks the
 * protocol without a mistake, and tears transactions all the same.
 */
export interface NaiveProducer {
  /** Sends the values as one batch of the transaction, which it begins if none is open. */
  send(values: readonly string[]): Promise<void>;
  commit(): Promise<void>;
  close(): void;
}

export async function openNaiveProducer(
  broker: string,
  options: TopicPartition & {
    readonly transactionalId: string;
    readonly transactionTimeoutMs: number;
  },
): Promise<NaiveProducer> {
  const { topic, partition, transactionalId } = options;
  const cluster = new Cluster([broker], {
    clientId: 'naive',
    ssl: null,
    sasl: null,
    connectionTimeoutMs: 3_000,
    requestTimeoutMs: 3_000,
    onError: () => undefined,
  });
  const retrying = <T>(run: () => Promise<T>): Promise<T> =>
    withPatience(run, reconnectPatience, cluster.signal);
  const toCoordinator = <Answer>(
    request: WireRequest<Answer>,
    codeOf: (answer: Answer) => number,
  ): Promise<Answer> =>
    retrying(async () => {
      const of = { key: transactionalId, type: coordinatorOf.transaction };
      const coordinator: Address = await cluster.findCoordinator(of);
      const answer = await cluster.callAt(coordinator, request);
      if (codeOf(answer) === code.concurrentTransactions) throw new Unavailable('Ask again');
      failUnless(codeOf(answer), request.apiName);
      return answer;
    });
  const { producerId, producerEpoch } = await toCoordinator(
    initProducerIdRequest(options),
    ({ errorCode }) => errorCode,
  );
  const identity: ProducerIdentity = { transactionalId, producerId, producerEpoch };
  let isOpen = false;
  let sequence = 0;
  return {
    send: async (values) => {
      const added = [{ topic, partitions: [partition] }];
      if (!isOpen) await toCoordinator(addPartitionsRequest(identity, added), (answer) => answer);
      isOpen = true;
      const records = values.map((value) => recordOf(options, value));
      const producer = { producerId, producerEpoch, baseSequence: sequence };
      const slice = { partition, records, from: 0, to: records.length, producer };
      const request = produceRequest({
        transactionalId,
        timeoutMs: 3_000,
        topics: [{ topic, partitions: [slice] }],
      });
      const [answer] = await retrying(() => cluster.callLeader(options, request));
      failUnless(answer?.errorCode ?? -1, 'Produce');
      sequence += records.length;
    },
    commit: async () => {
      await toCoordinator(endTxnRequest(identity, 'commit'), (answer) => answer);
      isOpen = false;
    },
    close: () => cluster.close(),
  };
}

function failUnless(errorCode: number, what: string): void {
  if (errorCode !== code.none) throw new Error(`${what}: ${codeName(errorCode)}`);
}
