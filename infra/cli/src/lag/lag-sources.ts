import { topics } from '@plumbline/events';
import type { Log, TopicPartition } from '@plumbline/kafka';
import { readStreamPositions, resultStreamsGroup } from '@plumbline/payments';
import type { Projection } from '@plumbline/postgres';
import { PostgresDown, groupOf, projectionPositions, sqlProblemOf } from '@plumbline/postgres';
import { RedisDown } from '@plumbline/redis';
import type { Topology } from '@plumbline/runtime';
import type { Position } from '../read/scan.ts';
import { partitionsOf } from '../read/scan.ts';
import { CliFailure, firstLine } from '../session/failure.ts';
import type { Session } from '../session/session.ts';

/** Who reads, and how far it says it has come. */
export interface LagSource {
  readonly name: string;
  readonly kind: 'topology' | 'projection' | 'streams';
  readonly positions: readonly Position[];
  /** Partitions that it reads, and of which it never said how far it is. */
  readonly unknown: readonly TopicPartition[];
  /** Why nothing, or not everything, can be said. */
  readonly problem: string | null;
}

/** What was reported as the offsets of the group, which nobody resumes from. */
export async function topologySource(log: Log, topology: Topology): Promise<LagSource> {
  const inputs = topology.inputs.map(({ topic }) => topic);
  const partitions = await partitionsOf(log, inputs);
  const positions = await log.groupOffsets(topology.name, partitions);
  const unknown = missing(partitions, positions);
  const never = positions.length === 0 ? 'its group has never reported a position' : null;
  return { name: topology.name, kind: 'topology', positions, unknown, problem: never };
}

const inAnotherLog = 'stands in a log that is not this one: see doctor';

/** What Postgres holds, in the same transactions as the rows. */
export async function projectionSource(
  session: Session,
  projection: Projection,
): Promise<LagSource> {
  const log = await session.log();
  const described = await log.describeTopics(projection.inputs);
  const partitions = await partitionsOf(log, projection.inputs);
  const name = groupOf(projection);
  const nothing = { name, kind: 'projection', positions: [], unknown: partitions } as const;
  try {
    const stored = await projectionPositions(await session.postgres(), projection);
    const incarnations = new Map(described.map((each) => [each.topic, each.incarnation]));
    const own = stored.filter((each) => incarnations.get(each.topic) === each.incarnation);
    const positions = own.map(({ topic, partition, nextOffset: offset }) => ({
      ...{ topic, partition, offset },
    }));
    const problem = own.length < stored.length ? inAnotherLog : null;
    return { ...nothing, positions, unknown: missing(partitions, positions), problem };
  } catch (error) {
    if (error instanceof CliFailure || error instanceof PostgresDown)
      return { ...nothing, problem: firstLine(error) };
    // No such table: nobody has migrated it yet.
    if (sqlProblemOf(error) === 'statement')
      return { ...nothing, problem: 'it has never run against this database' };
    throw error;
  }
}

/**
 * What Redis holds, moved in the step that adds the entries; its group reports nothing to Kafka. Of a
 * partition that Redis knows nothing of, everything is yet to be told: a new one, or a Redis that was
 * flushed.
 */
export async function resultStreamsSource(session: Session): Promise<LagSource> {
  const log = await session.log();
  const topic = topics.resultsEvents.name;
  const [described] = await log.describeTopics([topic]);
  const partitions = await partitionsOf(log, [topic]);
  const nothing = { name: resultStreamsGroup, kind: 'streams', positions: [] } as const;
  try {
    const stored = await readStreamPositions(await session.redis());
    const positions = await Promise.all(
      partitions.map(async (at): Promise<Position> => {
        const held = stored.get(at.partition);
        return { ...at, offset: held?.nextOffset ?? (await log.ends(at)).logStartOffset };
      }),
    );
    const isOther = [...stored.values()].some(
      (each) => each.incarnation !== described?.incarnation,
    );
    if (isOther) return { ...nothing, unknown: partitions, problem: inAnotherLog };
    return { ...nothing, positions, unknown: [], problem: null };
  } catch (error) {
    if (error instanceof CliFailure || error instanceof RedisDown)
      return { ...nothing, unknown: partitions, problem: firstLine(error) };
    throw error;
  }
}

/** By topic: how long records wait there before they are due, which is no lag. */
export const delaysOf = (topologies: readonly Topology[]): ReadonlyMap<string, number> =>
  new Map(
    topologies.flatMap(({ inputs }) =>
      inputs.flatMap((input) =>
        input.kind === 'delays' ? [[input.topic, input.delayMs] as const] : [],
      ),
    ),
  );

const missing = (
  partitions: readonly TopicPartition[],
  positions: readonly TopicPartition[],
): readonly TopicPartition[] =>
  partitions.filter(
    ({ topic, partition }) =>
      !positions.some((each) => each.topic === topic && each.partition === partition),
  );

/** The broker's time now, by the answer to a record written for it. */
export async function brokerTimeMs(log: Log): Promise<number> {
  const producer = await log.openEdgeProducer();
  try {
    const { appendTimeMs } = await producer.send({
      ...{ topic: topics.platformClock.name, partition: 0, key: null, value: null, headers: {} },
    });
    if (appendTimeMs === null)
      throw new CliFailure(`${topics.platformClock.name} has no append times: see doctor`);
    return appendTimeMs;
  } finally {
    await producer.close();
  }
}
