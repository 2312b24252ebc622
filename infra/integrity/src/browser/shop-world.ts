import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { activateRules } from '@plumbline/consistency-alerts';
import type { ProcessName } from '@plumbline/local';
import { processNames, runCommand } from '@plumbline/local';
import type { World } from '../world/world.ts';
import { openWorld, partitions } from '../world/world.ts';

export const repository = fileURLToPath(new URL('../../../../', import.meta.url));

/** A platform with a shop, as the README has it. */
export interface ShopWorld {
  readonly world: World;
  url(path: string): string;
  /** A command of the CLI. Errors: its words, for any exit code but 0. */
  command(...args: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

/** What no page shows anything of. */
const unseen: readonly ProcessName[] = ['delays', 'notifications', 'channel-monitor'];

export async function openShopWorld(): Promise<ShopWorld> {
  const world = await openWorld({
    processes: processNames.filter((name) => !unseen.includes(name)),
  });
  const { stack, platform } = world;
  const command = async (...args: readonly string[]): Promise<string> => {
    const main = join(repository, 'infra', 'cli', 'dist', 'main.js');
    const { code, output } = await runCommand({
      ...{ command: process.execPath, args: [main, ...args], timeoutMs: 60_000 },
      env: {
        ...process.env,
        PLUMBLINE_KAFKA_BROKERS: stack.kafka,
        PLUMBLINE_REGISTRY_URL: stack.registryUrl,
        PLUMBLINE_BFF_URL: platform.url('bff'),
        PLUMBLINE_QUERIES_URL: platform.url('queries'),
        PLUMBLINE_LOCAL_STACK: 'true',
      },
    });
    if (code !== 0) throw new Error(`${args.join(' ')}: ${String(code)}\n${output.join('\n')}`);
    return output.join('\n');
  };
  await command('seed');
  return {
    ...{ world, command, close: () => world.close() },
    url: (path) => `${platform.url('bff')}${path}`,
  };
}

/** Of rule A, in which an order may come to show its payment. */
export async function setGrace({ log, codec }: World, graceMs: number): Promise<void> {
  await activateRules({
    ...{ log, codec, partitions, tenant: 'main', actor: 'operator:test', source: '/test' },
    data: {
      rules: [{ rule: 'A', version: 1, enabled: true, graceMs, values: [] }],
      reason: 'a short grace for the test',
    },
    waitMs: 60_000,
  });
}

/** A process that dies and stays away, until it is started. */
export function stopProcess({ platform }: World, name: 'orders' | 'checkout'): void {
  const process = platform.process(name);
  process.setAutoRestart(false);
  process.kill('SIGKILL');
}

export async function startProcess(
  { platform }: World,
  name: 'orders' | 'checkout',
): Promise<void> {
  const process = platform.process(name);
  process.setAutoRestart(true);
  await process.ready();
}
