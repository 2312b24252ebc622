import { describeLogContract } from '../contract/log-contract.ts';
import { createMemoryLog } from './memory-log.ts';

describeLogContract(
  'the log in memory',
  () => {
    const log = createMemoryLog({ topics: [] });
    let names = 0;
    const uniqueName = (prefix: string): string => {
      names += 1;
      return `${prefix}-${names}`;
    };
    return Promise.resolve({
      log,
      uniqueName,
      patienceMs: 1_000,
      // One process has one log in memory; a second client is the same log, not to be closed.
      openAnotherClient: () =>
        Promise.resolve({
          describeTopics: (topics) => log.describeTopics(topics),
          ends: (of) => log.ends(of),
          openReader: (options) => log.openReader(options),
          openTransactionalProducer: (options) => log.openTransactionalProducer(options),
          openEdgeProducer: () => log.openEdgeProducer(),
          join: (options) => log.join(options),
          brokerNowMs: () => log.brokerNowMs(),
          close: () => Promise.resolve(),
        }),
      openTransactionSession: (id) => log.openTransactionSession(id),
      createTopic: (partitions) => {
        const name = uniqueName('topic');
        log.createTopic({ name, partitions });
        return Promise.resolve(name);
      },
      recreateTopic: (topic) => {
        log.recreateTopic(topic);
        return Promise.resolve();
      },
      deleteBefore: (at) => {
        log.deleteBefore(at);
        return Promise.resolve();
      },
      close: () => log.close(),
    });
  },
  { seeds: Array.from({ length: 30 }, (_, index) => index + 1) },
);
