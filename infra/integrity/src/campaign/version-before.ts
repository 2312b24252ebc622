import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** The version before, built in a folder of its own. */
export interface VersionBefore {
  readonly commit: string;
  readonly folder: string;
  /** False of versions that close their port at once when they are told to stop. */
  readonly drains: boolean;
  remove(): Promise<void>;
}

/** It was not run, and why; nothing is wrong with this version. */
export class NotRun extends Error {
  override readonly name = 'NotRun';
}

const git = async (...args: readonly string[]): Promise<string> => {
  const { stdout } = await run('git', [...args], { cwd: root });
  return stdout.trim();
};

/** The present commit; `unknown` where there is no git. `+` after it: with changes of its own. */
export async function presentCommit(): Promise<string> {
  try {
    const commit = await git('rev-parse', '--short', 'HEAD');
    return (await git('status', '--porcelain', '--untracked-files=no')) === ''
      ? commit
      : `${commit}+`;
  } catch {
    return 'unknown';
  }
}

/** Where the schemas are: what two versions say to one another. */
const schemas = 'schemas/events/avro';

async function commitOf(wanted: string): Promise<string> {
  try {
    if (wanted !== 'last') return await git('rev-parse', '--verify', `${wanted}^{commit}`);
    const changed = await git('log', '-1', '--format=%H', '--', schemas);
    return await git('rev-parse', '--verify', `${changed}^^{commit}`);
  } catch {
    throw new NotRun(`git knows no commit for ${wanted}: a full clone is needed`);
  }
}

/** Errors: {@link NotRun} without git history; a plain Error when that version does not build. */
export async function buildVersionBefore(
  wanted: string,
  report: (line: string) => void,
): Promise<VersionBefore> {
  const commit = await commitOf(wanted);
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-before-'));
  const remove = async () => {
    await git('worktree', 'remove', '--force', folder).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  };
  const manifest = createRequire(import.meta.url)(join(root, 'package.json')) as {
    readonly packageManager: string;
  };
  const pnpm = (...args: readonly string[]) =>
    run('npx', ['--yes', manifest.packageManager, ...args], {
      ...{ cwd: folder, maxBuffer: 64 * 1024 * 1024 },
    });
  try {
    report(`the version before, ${commit.slice(0, 7)}: installing and building …`);
    await git('worktree', 'add', '--detach', folder, commit);
    await pnpm('install', '--frozen-lockfile', '--prefer-offline');
    await pnpm('exec', 'turbo', 'run', 'build');
    const blocks = await readFile(join(folder, 'infra/config/src/blocks.ts'), 'utf8');
    const drains = blocks.includes('PLUMBLINE_DRAIN_MS');
    return { commit: commit.slice(0, 7), folder, drains, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
