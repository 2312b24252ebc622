import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LocalStackError, type Report } from '@plumbline/local';
import { mavenTimeoutMs, progressEveryMs } from '../limits.ts';

/** `src` and `dist` stand at the same depth. */
const project = fileURLToPath(new URL('../../kafka-streams/', import.meta.url));
const jar = join(project, 'target', 'bench-kafka-streams-1.jar');

/** The class path of the peer program, built when it is older than its sources. */
export async function buildKafkaStreams(report: Report, signal: AbortSignal): Promise<string> {
  const classPath = [jar, join(project, 'target', 'lib', '*')].join(':');
  if (await isUpToDate()) return classPath;
  report('Building the Kafka Streams program');
  const begin = performance.now();
  const ticker = setInterval(() => {
    const seconds = Math.round((performance.now() - begin) / 1_000);
    report(`  still building (${seconds} s; Maven fetches what it does not have)`);
  }, progressEveryMs);
  try {
    await maven(signal);
  } finally {
    clearInterval(ticker);
  }
  return classPath;
}

async function isUpToDate(): Promise<boolean> {
  if (!existsSync(jar)) return false;
  const sources = await readdir(join(project, 'src'), { recursive: true, withFileTypes: true });
  const files = sources.filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  const built = (await stat(jar)).mtimeMs;
  const times = await Promise.all([join(project, 'pom.xml'), ...paths].map((path) => stat(path)));
  return times.every(({ mtimeMs }) => mtimeMs < built);
}

async function maven(signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(mavenTimeoutMs)]);
  const child = spawn('mvn', ['-q', '-B', '-f', join(project, 'pom.xml'), 'package'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: limit,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', resolve);
  });
  signal.throwIfAborted();
  if (code !== 0)
    throw new LocalStackError(`Maven cannot build the Kafka Streams program (${code ?? 'killed'}):
${output.trim().split('\n').slice(-12).join('\n')}`);
}
