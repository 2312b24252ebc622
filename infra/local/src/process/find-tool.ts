import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LocalStackError } from '../errors.ts';
import { runCommand } from './run-command.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The full path of a command on the PATH; `null` if it is not there. */
export function findOnPath(command: string, env: Environment = process.env): string | null {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    const file = join(folder, command);
    if (isExecutable(file)) return file;
  }
  return null;
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const javaVersionMin = 17;
const versionTimeoutMs = 20_000;

/** Java of JAVA_HOME, else of the PATH. Errors: {@link LocalStackError} that says how to get one. */
export async function findJava(env: Environment = process.env): Promise<string> {
  const home = env['JAVA_HOME'];
  const ofHome = home ? join(home, 'bin', 'java') : null;
  const java = ofHome && isExecutable(ofHome) ? ofHome : findOnPath('java', env);
  const fix = `Install a JDK of version ${javaVersionMin} or later (Debian: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk) and put it on the PATH, or set JAVA_HOME.`;
  if (!java) throw new LocalStackError(`Java is missing: Kafka and the registry need it. ${fix}`);
  const { output } = await runCommand({
    command: java,
    args: ['-version'],
    timeoutMs: versionTimeoutMs,
  });
  const major = javaMajor(output.join('\n'));
  if (major === null || major < javaVersionMin)
    throw new LocalStackError(`${java} is version ${major ?? 'unknown'}. ${fix}`);
  return java;
}

/** `openjdk version "17.0.15"` → 17; `java version "1.8.0_392"` → 8. */
export function javaMajor(versionText: string): number | null {
  const found = /version "(?:1\.)?(\d+)/.exec(versionText);
  return found?.[1] === undefined ? null : Number(found[1]);
}

/** Errors: {@link LocalStackError} that says how to get it. */
export function findMaven(env: Environment = process.env): string {
  const maven = findOnPath('mvn', env);
  if (maven) return maven;
  throw new LocalStackError(
    'Maven is missing: it fetches Kafka and the registry the first time. Install version 3.8 or later (Debian: apt-get install maven; macOS: brew install maven) and put mvn on the PATH.',
  );
}
