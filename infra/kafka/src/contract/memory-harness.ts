import type { Log } from '../log.ts';
import { createMemoryLog } from '../memory/memory-log.ts';
import type { LogHarness } from './harness.ts';

/** A harness on a log in memory of its own. */
export function openMemoryHarness(): LogHarness {
  const log = createMemoryLog({ topics: [] });
  let names = 0;
  const uniqueName = (prefix: string): string => {
    names += 1;
    return `${prefix}-${names}`;
  };
  return {
    name: 'the log in memory',
    log,
    uniqueName,
    patienceMs: 1_000,
    openJavaReader: null,
    openTwin: null,
    openAnotherClient: () => Promise.resolve(anotherClientOf(log)),
    openTransactionSession: (id, options) => log.openTransactionSession(id, options),
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
  };
}

/** One process has one log in memory; a second client is the same log, not to be closed. */
function anotherClientOf(log: Log): Log {
  return {
    describeTopics: (topics) => log.describeTopics(topics),
    ends: (of) => log.ends(of),
    groupOffsets: (groupId, of) => log.groupOffsets(groupId, of),
    openReader: (options) => log.openReader(options),
    openTransactionalProducer: (options) => log.openTransactionalProducer(options),
    openEdgeProducer: () => log.openEdgeProducer(),
    join: (options) => log.join(options),
    brokerNowMs: () => log.brokerNowMs(),
    close: () => Promise.resolve(),
  };
}
