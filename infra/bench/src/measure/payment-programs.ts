import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Platform, Report, Stack } from '@plumbline/local';
import { freePlatformPorts, openPlatform } from '@plumbline/local';
import { paymentsProjection } from '@plumbline/payments';
import { schemaOf } from '@plumbline/postgres';

/** A program that takes payments of contract 1, and the simulated gateway beside it. */
export interface PaymentProgram {
  readonly name: string;
  /** Begins its order numbers. */
  readonly prefix: string;
  /** Creations go to each of them in turn. */
  readonly urls: readonly string[];
  /** Order numbers like `?` that succeeded, changed at `?` or later, as `order_no` and `at`. */
  readonly finishedSql: string;
  pids(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

interface Opening {
  readonly stack: Stack;
  readonly home: string;
  readonly report: Report;
  readonly signal: AbortSignal;
}

const secret = 'local-callback-secret';

/** The payments process and the simulator, as `npm start` runs them. */
export const openOurs = (opening: Opening): Promise<PaymentProgram> =>
  openPlumbline(opening, { name: 'plumbline', prefix: 'ours', processes: 1 });

/** Two payments processes, which share the partitions. */
export const openOursTwice = (opening: Opening): Promise<PaymentProgram> =>
  openPlumbline(opening, { name: 'plumbline, two', prefix: 'twice', processes: 2 });

async function openPlumbline(
  { stack, home, report }: Opening,
  of: { readonly name: string; readonly prefix: string; readonly processes: 1 | 2 },
): Promise<PaymentProgram> {
  const ports = await freePlatformPorts();
  const env = { PLUMBLINE_MOCK_GATEWAY_URL: `http://127.0.0.1:${ports['gateway-simulator']}` };
  const platform = await openPlatform({
    ...{ stack, report, ports, logsFolder: join(home, `logs-${of.prefix}`) },
    processes: ['payments', 'gateway-simulator'],
    env,
  });
  await platform.ready();
  const platforms = [platform];
  if (of.processes === 2) {
    const ports2 = await freePlatformPorts();
    const second = await openPlatform({
      ...{ stack, report, ports: ports2 },
      ...{ logsFolder: join(home, `logs-${of.prefix}-2`), processes: ['payments'] },
      // What it asks a gateway for, the gateway reports to it.
      env: { ...env, PLUMBLINE_NOTIFY_URL: `http://127.0.0.1:${ports2.payments}` },
    });
    await second.ready();
    platforms.push(second);
  }
  await payAtOnce(platform.url('gateway-simulator'));
  const schema = schemaOf(paymentsProjection);
  return {
    ...{ name: of.name, prefix: of.prefix, urls: platforms.map((each) => each.url('payments')) },
    finishedSql: `select order_no, updated_at as at from "${schema}".payments
                   where status = 'SUCCESS' and order_no like ? and updated_at >= ?`,
    pids: () => ({
      ...Object.fromEntries(
        platforms.map((each, at) => [`payments${at === 0 ? '' : ' 2'}`, pidOf(each, 'payments')]),
      ),
      simulator: pidOf(platform, 'gateway-simulator'),
    }),
    async close() {
      await Promise.all(platforms.map((each) => each.stop()));
    },
  };
}

const plainMain = fileURLToPath(new URL('../plain/main.js', import.meta.url));

/** Contract 1 by express, Postgres and an outbox. */
export async function openPlain({ stack, home, report, signal }: Opening): Promise<PaymentProgram> {
  const ports = await freePlatformPorts();
  const platform = await openPlatform({
    ...{ stack, report, ports, logsFolder: join(home, 'logs-plain') },
    processes: ['gateway-simulator'],
  });
  await platform.ready();
  await payAtOnce(platform.url('gateway-simulator'));
  const child = spawn(process.execPath, ['--enable-source-maps', plainMain], {
    stdio: ['ignore', 'pipe', 'inherit'],
    signal,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      PLAIN_PORT: String(ports.payments),
      PLAIN_POSTGRES_URL: stack.postgresUrl,
      PLAIN_KAFKA: stack.kafka,
      PLAIN_GATEWAY_URL: platform.url('gateway-simulator'),
      PLAIN_SECRET: secret,
      PLAIN_TOPIC: 'bench-plain-payments',
    },
  });
  // Its one line: it listens.
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(failed)]);
  return {
    ...{ name: 'express, Postgres, outbox', prefix: 'plain' },
    urls: [`http://127.0.0.1:${ports.payments}`],
    finishedSql: `select order_no, paid_at as at from plain.payments
                   where status = 'SUCCESS' and order_no like ? and paid_at >= ?`,
    pids: () => ({
      payments: child.pid ?? 0,
      simulator: pidOf(platform, 'gateway-simulator'),
    }),
    async close() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await platform.stop();
    },
  };
}

const failed = (): never => {
  throw new Error('the plain program ended before it listened');
};

const pidOf = (platform: Platform, name: 'payments' | 'gateway-simulator'): number =>
  platform.process(name).pid() ?? 0;

/** Every payer pays as soon as the gateway knows of the payment. */
async function payAtOnce(simulatorUrl: string): Promise<void> {
  const response = await fetch(`${simulatorUrl}/control/autopay`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      rules: [{ gateway: 'mock', probability: 1, delayMsMin: 0, delayMsMax: 0 }],
    }),
  });
  if (!response.ok) throw new Error(`the simulator refuses: ${await response.text()}`);
}
