import { partitionOfRecordKey } from '@plumbline/kernel';
import { waitingKeysOf } from '@plumbline/postgres';
import type { Topology } from '@plumbline/runtime';
import { z } from 'zod';
import { partitionsOf, scan } from '../read/scan.ts';
import type { Session } from '../session/session.ts';
import { readLetters } from './letters.ts';
import type { RedriveTarget } from './redrive-target.ts';

/** A key that waits in one input, as the state of its task or its read model has it. */
export interface Waiting {
  readonly topic: string;
  /** The record that the others wait behind. */
  readonly offset: bigint;
  readonly reason: string;
  /** How many wait, that one among them. */
  readonly records: number;
}

/** Where records of this key wait now. */
export async function waitingOf(
  session: Session,
  target: RedriveTarget,
  key: string,
): Promise<readonly Waiting[]> {
  if (target.kind === 'topology') return inChangelog(session, target.topology, key);
  const { projection } = target;
  const found = await waitingKeysOf({ postgres: await session.postgres(), projection, key });
  return found.map(({ topic, offset, reason, records }) => ({ topic, offset, reason, records }));
}

/** docs/formats.md: `k/<input topic>/<key>` of the changelog. */
const parkedSchema = z.object({ offset: z.string().regex(/^\d+$/), reason: z.string() });

async function inChangelog(
  session: Session,
  topology: Topology,
  key: string,
): Promise<readonly Waiting[]> {
  const log = await session.log();
  const { out, signal } = session;
  const partitions = await partitionsOf(log, [topology.changelog]);
  const home = partitionOfRecordKey(key, partitions.length);
  const inputs = topology.inputs.flatMap(({ kind, topic }) => (kind === 'events' ? [topic] : []));
  const entries = new Map(inputs.map((topic) => [`k/${topic}/${key}`, topic]));
  const parked = new Map<string, Buffer>();
  await scan({
    ...{ log, signal, of: partitions.filter(({ partition }) => partition === home) },
    take: ({ key: bytes, value }) => {
      const topic = entries.get(bytes?.toString('utf8') ?? '');
      if (topic === undefined) return;
      if (value === null) parked.delete(topic);
      else parked.set(topic, Buffer.from(value));
    },
    onProgress: (done, total) => out.progress(`read ${done} of ${total} offsets of the changelog`),
  });
  out.progressDone();
  if (parked.size === 0) return [];
  const letters = await readLetters(session, { topology: topology.name, key }, [
    topology.deadLetters,
  ]);
  return [...parked].map(([topic, value]) => {
    const { offset: text, reason } = parkedSchema.parse(JSON.parse(value.toString('utf8')));
    const offset = BigInt(text);
    const behind = letters.filter(
      (each) => each.originTopic === topic && each.originOffset >= offset,
    );
    return {
      topic,
      offset,
      reason,
      records: new Set(behind.map((each) => each.originOffset)).size,
    };
  });
}
