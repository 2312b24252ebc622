import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Isolation, TopicPartition } from '../log.ts';

/** What one reader saw from one offset to the end. */
export interface ReadToEnd {
  readonly records: readonly { readonly offset: bigint; readonly value: string }[];
  /** Where it stood when it had read everything. */
  readonly position: bigint;
}

/** Java's own consumer in a process of its own, with positions of ours. */
export interface JavaReader {
  /** Reads to the last stable offset, or the high watermark; a batch at a time if told to. */
  read(
    from: TopicPartition & {
      readonly offset: bigint;
      readonly isolation: Isolation;
      readonly bytesMax: number;
    },
  ): Promise<ReadToEnd>;
  close(): Promise<void>;
}

const program = fileURLToPath(new URL('./java/CommittedReader.java', import.meta.url));

/** Small and quick to start: it reads a few thousand records. */
const options = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

const pollRecordsMax = { ofSmallFetch: 1, ofLargeFetch: 500 } as const;
const smallFetchBytes = 1_024;

/**
 * Starts it, from source. Needs a JDK (17 or later; a JRE has no compiler) and the broker's jars,
 * which the suite's runner names.
 */
export async function startJavaReader(brokers: readonly string[]): Promise<JavaReader> {
  const child = spawn(process.env['PLUMBLINE_TEST_JAVA'] ?? 'java', [
    ...options,
    ...['-cp', kafkaClasspath(), program, brokers.join(',')],
  ]);
  const lines = new Lines(child);
  const [ready] = await lines.until((line) => line === 'ready');
  if (ready !== 'ready') throw new Error(`The Java reader said ${String(ready)}`);
  let last: Promise<unknown> = Promise.resolve();
  const ask = async (question: string): Promise<readonly string[]> => {
    child.stdin.write(`${question}\n`);
    return lines.until((line) => !line.startsWith('record\t'));
  };
  return {
    read: ({ topic, partition, offset, isolation, bytesMax }) => {
      const small = bytesMax <= smallFetchBytes;
      const records = small ? pollRecordsMax.ofSmallFetch : pollRecordsMax.ofLargeFetch;
      const question = [topic, partition, offset, isolation, bytesMax, records].join('\t');
      const answer = last.then(() => ask(question)).then(toReadToEnd);
      last = answer.catch(() => undefined);
      return answer;
    },
    close: async () => {
      child.stdin.end();
      await lines.ended;
    },
  };
}

function kafkaClasspath(): string {
  const classpath = process.env['PLUMBLINE_TEST_KAFKA_CLASSPATH'] ?? '';
  if (classpath === '') {
    throw new Error(
      'PLUMBLINE_TEST_KAFKA_CLASSPATH is not set: Java’s consumer is the oracle of these tests ' +
        'and needs the jars of a Kafka broker, as a class path. The suite’s runner sets it.',
    );
  }
  return classpath;
}

function toReadToEnd(lines: readonly string[]): ReadToEnd {
  const fields = lines.map((line) => line.split('\t'));
  const [kind, position = '', end] = fields.pop() ?? [];
  if (kind !== 'end') throw new Error(`Java's consumer: ${position}`);
  if (position !== end) throw new Error(`Java's consumer stands at ${position} of ${String(end)}`);
  const records = fields.map(([, offset = '', hex = '']) => ({
    offset: BigInt(offset),
    value: Buffer.from(hex, 'hex').toString(),
  }));
  return { records, position: BigInt(position) };
}

/** Lines of a process; whoever waits for one is told when the process ends instead. */
class Lines {
  readonly ended: Promise<void>;
  readonly #lines: string[] = [];
  #wake: () => void = () => undefined;
  #end: string | null = null;

  constructor(child: ChildProcessWithoutNullStreams) {
    let complaints = '';
    child.stderr.on('data', (chunk) => {
      complaints = `${complaints}${String(chunk)}`.slice(-2_000);
    });
    // Of a process that has ended: the next question says so.
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#lines.push(line);
      this.#wake();
    });
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => {
        this.#end ??= `${how}\n${complaints}`;
        this.#wake();
        resolve();
      };
      child.once('error', (error) => end(`java: ${error.message}`));
      child.once('close', (code) => end(`The Java reader ended with code ${String(code)}`));
    });
  }

  /** Everything up to and with the first line that is the last. */
  async until(isLast: (line: string) => boolean): Promise<readonly string[]> {
    for (;;) {
      const index = this.#lines.findIndex(isLast);
      if (index >= 0) return this.#lines.splice(0, index + 1);
      if (this.#end !== null) throw new Error(this.#end);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
