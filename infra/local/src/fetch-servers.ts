import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { fillCachedFolder } from './cached-folder.ts';
import { LocalStackError, messageOf } from './errors.ts';
import { fetchTimeoutMs, progressEveryMs } from './limits.ts';
import { findMaven } from './process/find-tool.ts';
import { runCommand } from './process/run-command.ts';
import { partLine, secondsSince, type Report } from './report.ts';
import { mavenDependencyPlugin } from './stack-definition.ts';

export interface Artifact {
  readonly groupId: string;
  readonly artifactId: string;
  readonly version: string;
  readonly type?: string;
  readonly classifier?: string;
}

export interface ServerFiles {
  /** Folder in the cache, with its version in the name: `kafka-4.1.0`. */
  readonly name: string;
  readonly part: string;
  readonly title: string;
  /** Copies the artifacts with what they need at run time, or unpacks the one archive. */
  readonly how:
    | { readonly kind: 'copy'; readonly artifacts: readonly Artifact[] }
    | { readonly kind: 'unpack'; readonly artifact: Artifact; readonly only?: string };
}

export interface FetchOptions {
  readonly cacheFolder: string;
  readonly report: Report;
  readonly signal?: AbortSignal;
}

/**
 * The folder of a server's files, fetched through Maven if it is not in the cache.
 *
 * Errors: {@link LocalStackError} with the last lines of Maven.
 */
export async function fetchServer(files: ServerFiles, options: FetchOptions): Promise<string> {
  const target = join(options.cacheFolder, files.name);
  if (existsSync(target)) return target;
  const fetched = lastFetch.then(() => fetchNow(files, options));
  lastFetch = fetched.catch(() => undefined);
  await fetched;
  return target;
}

/** One Maven at a time: its local repository is not made for two that write the same file. */
let lastFetch: Promise<unknown> = Promise.resolve();

async function fetchNow(files: ServerFiles, options: FetchOptions): Promise<void> {
  options.signal?.throwIfAborted();
  const maven = findMaven();
  const begin = performance.now();
  const say = (text: string) => options.report(partLine(files.part, text));
  say(`fetching ${files.title} through Maven (only once) …`);
  await fillCachedFolder(options.cacheFolder, files.name, async (partial) => {
    await runMaven({ ...options, maven, partial, files, say });
    return join(partial, 'files');
  });
  say(`fetched ${files.title} (${secondsSince(begin)})`);
}

interface MavenRun {
  readonly maven: string;
  readonly partial: string;
  readonly files: ServerFiles;
  readonly say: (text: string) => void;
  readonly signal?: AbortSignal;
}

async function runMaven(run: MavenRun): Promise<void> {
  const { how, title } = run.files;
  const pom = join(run.partial, 'pom.xml');
  const output = join(run.partial, 'files');
  await writeFile(pom, pomOf(how.kind === 'copy' ? how.artifacts : []));
  let downloads = 0;
  const begin = performance.now();
  const ticker = setInterval(() => {
    const files = downloads === 0 ? '' : `${downloads} files so far, `;
    run.say(`still fetching ${title} (${files}${secondsSince(begin)})`);
  }, progressEveryMs);
  try {
    const result = await runCommand({
      command: run.maven,
      args: ['-B', '-f', pom, ...goalOf(how), `-DoutputDirectory=${output}`],
      timeoutMs: fetchTimeoutMs,
      ...(run.signal ? { signal: run.signal } : {}),
      onLine: (line) => {
        if (line.includes('Downloaded from ')) downloads += 1;
      },
    });
    run.signal?.throwIfAborted();
    if (result.code !== 0 || !existsSync(output))
      throw new LocalStackError(
        `Maven could not fetch ${title}: is the network there, and a mirror set in Maven's settings if one is needed?\n${lastErrors(result.output)}`,
      );
  } catch (error) {
    if (error instanceof LocalStackError) throw error;
    throw new LocalStackError(`Maven could not fetch ${title}: ${messageOf(error)}`);
  } finally {
    clearInterval(ticker);
  }
}

/** The first says what is wrong; Maven goes on with how to run it again. */
const shownMavenErrors = 2;
const shownMavenLines = 8;

function lastErrors(output: readonly string[]): string {
  const plain = output.map((line) => stripVTControlCharacters(line));
  const errors = plain.filter((line) => /ERROR\] +\S/.test(line));
  const lines =
    errors.length > 0 ? errors.slice(0, shownMavenErrors) : plain.slice(-shownMavenLines);
  return lines.map((line) => `    ${line}`).join('\n');
}

function goalOf(how: ServerFiles['how']): readonly string[] {
  if (how.kind === 'copy')
    return [`${mavenDependencyPlugin}:copy-dependencies`, '-DincludeScope=runtime'];
  const { groupId, artifactId, version, type = 'jar', classifier } = how.artifact;
  const coordinates = [groupId, artifactId, version, type, classifier].filter(Boolean).join(':');
  return [
    `${mavenDependencyPlugin}:unpack`,
    `-Dartifact=${coordinates}`,
    ...(how.only === undefined ? [] : [`-Dmdep.unpack.includes=${how.only}`]),
  ];
}

export function pomOf(artifacts: readonly Artifact[]): string {
  const dependency = (of: Artifact) =>
    `    <dependency><groupId>${of.groupId}</groupId><artifactId>${of.artifactId}</artifactId>` +
    `<version>${of.version}</version></dependency>\n`;
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>plumbline</groupId><artifactId>local-stack</artifactId><version>1</version>
  <packaging>pom</packaging>
  <dependencies>
${artifacts.map(dependency).join('')}  </dependencies>
</project>
`;
}
