import { spawnSync } from 'node:child_process';
import { cpus, loadavg, platform, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What the numbers were measured on. */
export interface Machine {
  readonly at: string;
  readonly commit: string;
  /** Whether files differ from the commit. */
  readonly changed: boolean;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly java: string;
  /** Processes that wanted to run in the minute before; near 0 on an idle machine. */
  readonly loadBefore: number;
}

export function machine(): Machine {
  const [cpu] = cpus();
  return {
    at: new Date().toISOString(),
    commit: outputOf('git', ['rev-parse', '--short=12', 'HEAD']) || 'unknown',
    changed: outputOf('git', ['status', '--porcelain', '--untracked-files=no']) !== '',
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.version,
    java: /"([^"]+)"/.exec(outputOf('java', ['-version']))?.[1] ?? 'unknown',
    loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

/** Empty when the program is not there; `java -version` writes to the standard error. */
function outputOf(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, [...args], { cwd: root, encoding: 'utf8' });
  return status === 0 ? (stdout + stderr).trim() : '';
}
