import type { Clock, Log, TransactionalProducer } from '@plumbline/kafka';
import { producerOver, Unavailable } from '@plumbline/kafka';
import { ask, patiently, type Client } from './client.ts';
import { SimMembership } from './sim-membership.ts';
import { SimEdgeProducer, SimSession } from './sim-producers.ts';
import { SimReader } from './sim-reader.ts';
import { Wire } from './wire.ts';
import type { Life, World } from './world.ts';

/** How far a process's bound of the broker's clock lies behind it. */
const clockBoundLagMsMax = 120;

/** What one simulated process sees of the log. Errors are those of the real client. */
export interface SimLog extends Log {
  /** Step by step, and to be used again after an error: what a careless client does. */
  openSession(transactionalId: string): Promise<SimSession>;
}

export function createSimLog(world: World, life: Life, clock: Clock): SimLog {
  const random = world.random.fork(`client/${life.name}/${life.incarnation}`);
  const lagMs = random.between(0, clockBoundLagMsMax);
  const closing = new Set<() => Promise<void>>();
  const client: Client = {
    ...{ world, life, clock, random },
    wire: new Wire(world, life),
    brokerNowMs: () => Math.floor(world.scheduler.nowMs() - lagMs),
  };
  let isClosed = false;
  const open = (): void => {
    if (isClosed) throw new Unavailable('The log is closed');
  };
  const describe: Log['describeTopics'] = (topics) =>
    patiently(client, () => ask(client, 'describe', () => world.broker.describeTopics(topics)));
  const openSession = async (transactionalId: string): Promise<SimSession> => {
    open();
    return SimSession.open(client, transactionalId);
  };
  return {
    openSession,
    describeTopics: describe,
    ends: (of) =>
      patiently(client, async () => {
        // Three requests one after the other, as the real client's: the log moves between them.
        const find = () => ask(client, 'ends', () => world.broker.ends(of));
        const { logStartOffset } = await find();
        const { lastStableOffset } = await find();
        const { highWatermark } = await find();
        return { logStartOffset, lastStableOffset, highWatermark };
      }),
    groupOffsets: (groupId, partitions) =>
      patiently(client, () =>
        ask(client, 'group offsets', () => world.groups.offsets(groupId, partitions)),
      ),
    async openReader(options) {
      open();
      const described = await describe([...new Set(options.from.map(({ topic }) => topic))]);
      const incarnations = new Map(described.map((each) => [each.topic, each.incarnation]));
      const reader = new SimReader(client, { ...options, incarnations });
      closing.add(() => reader.close());
      return reader;
    },
    async openTransactionalProducer({ transactionalId }): Promise<TransactionalProducer> {
      return producerOver(await openSession(transactionalId));
    },
    openEdgeProducer() {
      const producer = new SimEdgeProducer(client);
      closing.add(() => producer.close());
      return Promise.resolve(producer);
    },
    join(options) {
      const membership = new SimMembership(options, client);
      closing.add(() => membership.leave());
      membership.start();
      return Promise.resolve(membership);
    },
    brokerNowMs: () => client.brokerNowMs(),
    async close() {
      isClosed = true;
      await Promise.all([...closing].map((close) => close()));
      closing.clear();
    },
  };
}
