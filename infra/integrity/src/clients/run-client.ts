import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '@plumbline/local';

/** `src` and `dist` stand at the same depth, so this holds for both. */
const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const packages = join(repository, 'infra', 'integrity', 'node_modules');

/** The documented clients, as files of docs/examples. */
export const clientFiles = { python: 'merchant_client.py', node: 'merchant_client.mjs' } as const;

export interface ClientRun {
  readonly code: number | null;
  /** What it printed, both streams. */
  readonly lines: readonly string[];
}

/**
 * Runs a documented client as a process of its own, from a folder that has the file and the
 * packages it imports, as a merchant's would. `change` plants a habit; without it the file runs as
 * the documentation shows it.
 *
 * Errors: a process that takes longer than `timeoutMs`, with what it printed.
 */
export async function runClient(options: {
  readonly language: keyof typeof clientFiles;
  /** The interpreter: `node`, or the Python of an environment with `requests` and `redis`. */
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly change?: (source: string) => string;
}): Promise<ClientRun> {
  const { language, command, env, timeoutMs, change } = options;
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-client-'));
  const name = clientFiles[language];
  const file = join(folder, name);
  const lines: string[] = [];
  try {
    const source = join(repository, 'docs', 'examples', name);
    if (change === undefined) await copyFile(source, file);
    else await writeFile(file, changed(await readFile(source, 'utf8'), change));
    if (language === 'node') await symlink(packages, join(folder, 'node_modules'));
    const { code } = await runCommand({
      ...{ command, args: [file], timeoutMs },
      env: { ...process.env, PYTHONUNBUFFERED: '1', ...env },
      onLine: (line) => void lines.push(line),
    });
    return { code, lines };
  } catch (cause) {
    const printed = lines.join('\n');
    throw new Error(`${name} did not end. It printed:\n${printed}`, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function changed(source: string, change: (source: string) => string): string {
  const result = change(source);
  if (result === source) throw new Error('the client has nothing to plant that habit in');
  return result;
}
