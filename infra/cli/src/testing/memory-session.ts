import { parseConfig } from '@plumbline/config';
import type { Codec, SchemaIds } from '@plumbline/events';
import { allTopics, createCodec, createMemorySchemaIds } from '@plumbline/events';
import type { MemoryLog, MemoryLogOptions } from '@plumbline/kafka';
import { createMemoryLog } from '@plumbline/kafka';
import { cliConfig } from '../config.ts';
import type { Output } from '../session/output.ts';
import { createOutput } from '../session/output.ts';
import type { Session } from '../session/session.ts';

/** What a command wrote. */
export interface RecordedOutput extends Output {
  stdout(): string;
  stderr(): string;
}

export function recordOutput(isTTY = false): RecordedOutput {
  let [stdout, stderr] = ['', ''];
  return {
    ...createOutput({
      stdout: { write: (text) => (stdout += text) },
      stderr: { isTTY, write: (text) => (stderr += text) },
    }),
    stdout: () => stdout,
    stderr: () => stderr,
  };
}

export interface MemorySession extends Session {
  readonly out: RecordedOutput;
  readonly memory: MemoryLog;
  readonly memoryCodec: Codec;
  /** Ctrl-C. */
  interrupt(): void;
  /** Another command on the same log. */
  again(): MemorySession;
}

const partitions = 4;

/** A session whose Kafka and registry are in memory; other servers are not there. */
export function createMemorySession(
  options: Pick<MemoryLogOptions, 'clock'> & { readonly schemaIds?: SchemaIds } = {},
): MemorySession {
  const { schemaIds = createMemorySchemaIds(), ...log } = options;
  const memory = createMemoryLog({
    ...log,
    topics: allTopics.map(({ name, partitions: count }) => ({
      name,
      partitions: count === 'shared' ? partitions : count,
    })),
  });
  return sessionOver(memory, schemaIds);
}

/** A clock by which an unknown schema is asked for each time: a person tries again much later. */
const askedAgain = (): (() => number) => {
  let nowMs = 0;
  return () => (nowMs += 60_000);
};

function sessionOver(
  memory: MemoryLog,
  schemaIds: SchemaIds,
  memoryCodec: Codec = createCodec(schemaIds, { nowMs: askedAgain() }),
): MemorySession {
  const stopping = new AbortController();
  const absent = (what: string) => () => Promise.reject(new Error(`no ${what} in memory`));
  return {
    config: parseConfig(cliConfig, {}),
    out: recordOutput(),
    signal: stopping.signal,
    memory,
    memoryCodec,
    log: () => Promise.resolve(memory),
    codec: () => Promise.resolve(memoryCodec),
    schemaIds: () => Promise.resolve(schemaIds),
    admin: absent('administrator'),
    postgres: absent('Postgres'),
    redis: absent('Redis'),
    registry: () => {
      throw new Error('no registry in memory');
    },
    close: () => Promise.resolve(),
    interrupt: () => stopping.abort(new Error('interrupted')),
    again: () => sessionOver(memory, schemaIds, memoryCodec),
  };
}
