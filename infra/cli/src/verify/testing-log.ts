import type { Codec, Envelope } from '@plumbline/events';
import { bodyOf, encodeEnvelope, firstPreviousHash, hashOfEvent } from '@plumbline/events';
import type { Appended, OutgoingRecord } from '@plumbline/kafka';
import type { Payload } from '@plumbline/kernel';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { afterEach, beforeEach } from 'vitest';
import type { MemorySession } from '../testing/memory-session.ts';
import { createMemorySession, recordOutput } from '../testing/memory-session.ts';
import { verify } from '../commands/verify.ts';
import type { Finding, Part, PartResult, Place } from './finding.ts';

/** What a test does to an event; the chain goes on as if it had not. */
export interface Planted {
  readonly value?: (value: Buffer) => Buffer;
  readonly envelope?: Partial<Envelope>;
  /** It is not written at all. */
  readonly lost?: boolean;
}

/** Writes events as their tasks would, chained by key. */
export interface WrittenLog {
  /** Where the event stands; offset -1 for one that was lost. */
  event(topic: string, key: string, payload: Payload, planted?: Planted): Promise<Place>;
  /** What its task remembers of the key, as it stands now. */
  head(changelog: string, key: string): Promise<unknown>;
}

/** A session and its log for each test of a file. */
export interface LogOfATest {
  session: MemorySession;
  log: WrittenLog;
}

export function logOfEachTest(options?: Parameters<typeof createMemorySession>[0]): LogOfATest {
  const begin = (): LogOfATest => {
    const session = createMemorySession(options);
    return { session, log: writeLog(inMemory(session)) };
  };
  const world = begin();
  beforeEach(() => void Object.assign(world, begin()));
  afterEach(() => world.session.memory.close());
  return world;
}

/** Where it is written. */
export interface LogToWrite {
  readonly codec: Codec;
  readonly append: (record: OutgoingRecord) => Promise<Pick<Appended, 'baseOffset'>>;
}

export const inMemory = ({ memory, memoryCodec: codec }: MemorySession): LogToWrite => ({
  codec,
  append: (record) => Promise.resolve(memory.appendRaw(record)),
});

export function writeLog({ codec, append }: LogToWrite): WrittenLog {
  const links = new Map<string, { version: bigint; hash: string }>();
  const placeOf = (topic: string, key: string) => ({
    ...{ topic, partition: partitionOfRecordKey(key, 4), key: Buffer.from(key) },
  });
  return {
    async event(topic, key, payload, planted = {}) {
      await codec.prepare([topic]);
      const before = links.get(`${topic} ${key}`) ?? { version: 0n, hash: firstPreviousHash };
      const version = before.version + 1n;
      const envelope: Envelope = {
        ...{ id: `${key} ${version}`, type: payload.type, source: '/plumbline/test', subject: key },
        ...{ timeMs: 1, correlationId: 'x', causationId: null, actor: 'system:test' },
        ...{ aggregateVersion: version, previousHash: before.hash },
        ...{ subjectKeyId: null, traceparent: null },
      };
      const value = codec.encode(topic, payload);
      links.set(`${topic} ${key}`, {
        version,
        hash: hashOfEvent({ key, envelope, body: bodyOf(value) }),
      });
      const record = {
        ...placeOf(topic, key),
        value: planted.value?.(value) ?? value,
        headers: encodeEnvelope({ ...envelope, ...planted.envelope }),
      };
      const { partition } = record;
      const offset = planted.lost === true ? -1n : (await append(record)).baseOffset;
      return { topic, partition, offset };
    },
    head(changelog, key) {
      const at = placeOf(changelog, key);
      const link = [...links].find(([name]) => name.endsWith(` ${key}`))?.[1];
      if (link === undefined) throw new Error(`${key} has no events`);
      const { version, hash } = link;
      return append({
        ...at,
        key: Buffer.from(`s/aggregates/${key}`),
        value: Buffer.from(
          JSON.stringify({ version: { $n: version.toString() }, hash, state: { status: 'open' } }),
        ),
        headers: {},
      });
    },
  };
}

/** One bit of the byte before the last. */
export function flipped(value: Buffer): Buffer {
  const copy = Buffer.from(value);
  const at = copy.length - 2;
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** `verify --only PART --json`. */
export async function verified(
  session: MemorySession,
  part: Part,
): Promise<{ readonly exitCode: number; readonly result: PartResult }> {
  const out = recordOutput();
  const exitCode = await verify({ ...session, out }, { only: part, json: true });
  // What the command has just written of its own type, offsets as text.
  const { parts } = JSON.parse(out.stdout()) as { readonly parts: readonly PartResult[] };
  const [result] = parts;
  if (result === undefined) throw new Error(`nothing was said of ${part}`);
  return { exitCode, result };
}

/** `KIND topic-partition@offset about`, in their order. */
export const said = ({ findings }: PartResult): readonly string[] => findings.map(lineOf);

const lineOf = ({ kind, at, about }: Finding): string =>
  `${kind} ${at === null ? '-' : placeText(at)} ${about}`;

export const placeText = ({ topic, partition, offset }: Place): string =>
  `${topic}-${partition}@${offset.toString()}`;
