import { getPriority } from 'node:os';
import { expect, it } from 'vitest';
import { runProcess } from './run-process.ts';

/** Says its priority, and that of what it starts, once it is the one that is waited for. */
const telling = `
  const { getPriority } = require('node:os');
  const { execFileSync } = require('node:child_process');
  const wanted = Number(process.argv[1]);
  const giveUpMs = performance.now() + 10_000;
  while (getPriority() !== wanted && performance.now() < giveUpMs);
  const ofChild = execFileSync(process.execPath, ['-p', "require('node:os').getPriority()"]);
  process.stdout.write(getPriority() + ' ' + ofChild.toString().trim());
`;

const run = async (yielding: boolean, wanted: number): Promise<string> => {
  const { exitCode, output } = await runProcess({
    ...{ program: 'node', args: ['-e', telling, String(wanted)], cwd: '.', env: process.env },
    ...{ timeoutMs: 20_000, signal: new AbortController().signal, yielding },
  });
  return `${exitCode ?? 'none'}: ${output}`;
};

it('yields to everything else, with what it starts, if it is told to', async () => {
  expect(await run(true, 19)).toBe('0: 19 19');
});

it('has the priority of this process otherwise', async () => {
  const own = getPriority();
  expect(await run(false, own)).toBe(`0: ${own} ${own}`);
});
