import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { CopyAnswer, CopyRequest } from './copy-process.ts';

/** Another process with a local store in it, which may be stopped and killed. */
export interface CopyProcess {
  readonly pid: number;
  /** Errors: what the process says went wrong. */
  ask(request: CopyRequest): Promise<boolean | number | null>;
  /** Steps that it said are written, the last of them. */
  lastStep(): number;
  signal(signal: NodeJS.Signals): void;
  /** Ends it with SIGKILL and waits until it is gone. */
  kill(): Promise<void>;
  gone(): Promise<void>;
}

/** The sources of this folder as JavaScript: Node 20 runs no TypeScript, and a build may be stale. */
export async function buildCopyProgram(): Promise<{
  readonly program: string;
  remove(): Promise<void>;
}> {
  const sources = fileURLToPath(new URL('.', import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-copy-process-'));
  await mkdir(join(folder, 'state'));
  await symlink(join(sources, '../../node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  const names = (await readdir(sources)).filter((name) => !name.endsWith('.spec.ts'));
  for (const name of names) {
    const { outputText } = ts.transpileModule(await readFile(join(sources, name), 'utf8'), {
      fileName: name,
      compilerOptions: {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2023,
        verbatimModuleSyntax: true,
        rewriteRelativeImportExtensions: true,
      },
    });
    await writeFile(join(folder, 'state', name.replace(/\.ts$/, '.js')), outputText);
  }
  return {
    program: join(folder, 'state', 'copy-process.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** With `fileKb`, no file that it writes may grow beyond that: what a full disk looks like. */
export function startCopyProcess(
  program: string,
  options: { readonly fileKb?: number } = {},
): CopyProcess {
  const limit = `ulimit -f ${options.fileKb ?? 'unlimited'}`;
  const child = spawn('bash', ['-c', `${limit}; exec "$0" "$1"`, process.execPath, program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  let lastStep = 0;
  child.on('message', (told: CopyAnswer) => {
    if (told.answer === 'step') lastStep = told.step;
  });
  return {
    pid: child.pid ?? 0,
    ask: (request) => answerOf(child, request),
    lastStep: () => lastStep,
    signal: (signal) => void child.kill(signal),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async gone() {
      await exited;
    },
  };
}

function answerOf(child: ChildProcess, request: CopyRequest): Promise<boolean | number | null> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('the process is gone'));
    const heard = (told: CopyAnswer): void => {
      if (told.answer === 'step') return;
      child.off('message', heard);
      child.off('exit', ended);
      if (told.answer === 'done') resolve(told.result);
      else reject(new Error(told.message));
    };
    child.on('message', heard);
    child.once('exit', ended);
    child.send(request);
  });
}
