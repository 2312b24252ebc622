import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePorts, freeStackPorts, portProblem } from '../ports.ts';
import { repositoryFolder } from '../paths.ts';
import { runCommand } from '../process/run-command.ts';
import { portVariables, type StackPorts } from '../stack-definition.ts';
import { processes, processNames } from './platform-definition.ts';

/** The built command, as a person uses it. */
const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

const ports: number[] = [];
let home = '';
let env: Record<string, string | undefined> = {};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'plumbline-start-'));
  await chmod(home, 0o755);
  env = { ...process.env, PLUMBLINE_HOME: home };
  for (const [use, port] of Object.entries<number>({ ...(await freeStackPorts()) })) {
    env[portVariables[use as keyof StackPorts]] = String(port);
    ports.push(port);
  }
  for (const [at, port] of (await freePorts(processNames.length)).entries()) {
    env[processes[processNames[at] ?? 'orders'].portVariable] = String(port);
    ports.push(port);
  }
});

afterAll(() => rm(home, { recursive: true, force: true }));

it('npm start brings everything up, merchants can sell at once, the shop too, and Ctrl-C ends everything', async () => {
  const child = spawn(process.execPath, [main, 'start'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'exit');
  try {
    await expect.poll(() => output, { timeout: 300_000, interval: 200 }).toContain('is up');
    for (const name of processNames) {
      const port = env[processes[name].portVariable] ?? '';
      expect(output).toContain(`http://127.0.0.1:${port}`);
      expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    }
    await expectQuickLookOfMerchants();
    await expectPurchase();
  } finally {
    child.kill('SIGINT');
  }
  expect(await exited).toEqual([0, null]);
  for (const port of ports) expect(await portProblem(port), String(port)).toBe(null);
}, 480_000);

/** The page's own commands, against the ports of this test: paid, and half given back. */
async function expectQuickLookOfMerchants(): Promise<void> {
  const page = await readFile(join(repositoryFolder, 'docs', 'merchant-api.md'), 'utf8');
  const [, shown = ''] = /```sh\n([^]*?)```/.exec(page) ?? [];
  const port = env[processes.payments.portVariable] ?? '';
  expect(shown).toContain('http://127.0.0.1:8083/');
  const script = shown
    .replace('http://127.0.0.1:8083/', `http://127.0.0.1:${port}/`)
    // A machine that is busy with other tests needs longer than a person's.
    .replaceAll('sleep 3', 'sleep 6');
  const { code, output } = await runCommand({
    command: 'bash',
    args: ['-euc', script],
    timeoutMs: 60_000,
  });
  const printed = output.join('\n');
  expect(code, printed).toBe(0);
  const statuses = [...printed.matchAll(/"status":"(\w+)"/g)].map(([, status]) => status);
  expect(statuses, printed).toEqual(['pending', 'succeeded', 'succeeded']);
  expect(printed).toContain('"payment_gateway":"lakala"');
}

/** The README's own commands: the shop is filled, somebody buys and pays, and gets it. */
async function expectPurchase(): Promise<void> {
  const page = await fetch(`http://127.0.0.1:${env[processes.bff.portVariable] ?? ''}/`);
  expect(page.headers.get('content-type')).toContain('text/html');
  const port = (use: keyof StackPorts) => env[portVariables[use]] ?? '';
  const addresses = {
    PLUMBLINE_KAFKA_BROKERS: `127.0.0.1:${port('kafka')}`,
    PLUMBLINE_REGISTRY_URL: `http://127.0.0.1:${port('registry')}/apis/ccompat/v7`,
    PLUMBLINE_BFF_URL: `http://127.0.0.1:${env[processes.bff.portVariable] ?? ''}`,
    PLUMBLINE_LOCAL_STACK: 'true',
  };
  const cli = async (...args: readonly string[]) => {
    const command = join(repositoryFolder, 'infra', 'cli', 'dist', 'main.js');
    const { code, output } = await runCommand({
      ...{ command: process.execPath, args: [command, ...args], timeoutMs: 90_000 },
      env: { ...env, ...addresses },
    });
    expect(code, output.join('\n')).toBe(0);
    return output.join('\n');
  };
  await cli('seed');
  const bought = await cli('buy', '--pay');
  expect(bought).toMatch(/order PAID, checkout COMPLETED, payment SUCCESS/);
}
