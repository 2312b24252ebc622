import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '@plumbline/local';
import {
  ensureRegistry,
  ensureTopics,
  hasPython,
  localConfig,
  openPlatform,
  openStack,
  processNames,
} from '@plumbline/local';
import { partitions } from '../world/world.ts';
import {
  apiKey,
  makeKnownData,
  makeKnownMoney,
  makeKnownNotifications,
  monitorKey,
} from './known-data.ts';
import { campaignTimeoutMs } from './limits.ts';
import type { Examined } from './run-schemathesis.ts';
import { callsOfNotifications, examine, openPython } from './run-schemathesis.ts';

/** The processes that have endpoints for clients, beside notifications. */
const examined = [
  ...(['payments', 'orders', 'queries', 'inventory', 'accounts', 'channel-monitor'] as const),
];

/**
 * Examines every endpoint of a whole platform of its own with Schemathesis. Gives `ok`, why it was
 * not run, or what was wrong. Errors: a stack or platform that does not start.
 */
export async function examinePlatform(options: {
  /** Generated requests for one call. */
  readonly examples: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly report: Report;
}): Promise<string> {
  const { examples, seed, signal, report } = options;
  if (!hasPython()) return 'not run: there is no python3 on the PATH';
  const { cacheFolder } = localConfig(process.env);
  const python = await openPython({ cacheFolder, report });
  const logsFolder = await mkdtemp(join(tmpdir(), 'plumbline-endpoints-'));
  const stack = await openStack({ ports: 'free', purpose: 'the endpoints', signal });
  try {
    await ensureTopics({ brokers: [stack.kafka], partitions });
    await ensureRegistry({ registryUrl: stack.registryUrl });
    const env = {
      PLUMBLINE_MERCHANT_CALLS_PER_SECOND: '10000',
      PLUMBLINE_NOTIFICATION_CALLS_PER_SECOND: '10000',
      PLUMBLINE_MONITOR_CALLS_PER_SECOND: '10000',
    };
    const processes = processNames;
    const platform = await openPlatform({ stack, ports: 'free', logsFolder, processes, env });
    try {
      await platform.ready();
      const urls = { payments: platform.url('payments'), orders: platform.url('orders') };
      const known = await makeKnownData(urls);
      const monitor = platform.url('channel-monitor');
      const ofMoney = await makeKnownMoney({ payments: urls.payments, monitor });
      for (const name of examined) {
        const url = platform.url(name);
        const timeoutMs = campaignTimeoutMs;
        const as =
          name === 'channel-monitor'
            ? { apiKey: monitorKey, known: ofMoney }
            : { apiKey, known: { ...ofMoney, ...known } };
        const of = { python, url, ...as, examples, seed, timeoutMs, signal };
        const said = tell(name, await examine(of), options);
        if (said !== null) return said;
      }
      const name = 'notifications';
      const url = platform.url(name);
      const own = await makeKnownNotifications({ url, postgresUrl: stack.postgresUrl });
      const of = { python, url, ...own, examples, seed, timeoutMs: campaignTimeoutMs, signal };
      return tell(name, await examine(of, callsOfNotifications), options) ?? 'ok';
    } finally {
      await platform.stop();
    }
  } finally {
    await stack.stop();
    await rm(logsFolder, { recursive: true, force: true });
  }
}

/** What ends the examination; null where it goes on. */
function tell(
  name: string,
  { calls, cases, wrong }: Examined,
  { signal, report }: { readonly signal: AbortSignal; readonly report: Report },
): string | null {
  if (signal.aborted) return 'not run: stopped';
  if (wrong !== null) return `${name}:\n${wrong}`;
  report(`endpoints of ${name}: ${calls} calls, ${cases} requests, nothing wrong`);
  return null;
}
