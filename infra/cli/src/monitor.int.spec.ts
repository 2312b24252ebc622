import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChannelMonitorConfig } from '@plumbline/channel-monitor';
import { channelMonitorConfig, openChannelMonitor } from '@plumbline/channel-monitor';
import type { PaymentsConfig } from '@plumbline/payments';
import { openPayments, paymentsConfig } from '@plumbline/payments';
import type { TestProcess } from '@plumbline/runtime/testing';
import { openTestProcess } from '@plumbline/runtime/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';
import { createSession } from './session/session.ts';
import { recordOutput } from './testing/memory-session.ts';

/** The commands against the real monitor and the real payment side. */
let monitor: TestProcess<ChannelMonitorConfig>;
let payments: TestProcess<PaymentsConfig>;
let url = '';
let folder = '';
const pid = `c${randomUUID().slice(0, 8)}`;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'monitor-client-'));
  const [monitorPort, paymentsPort] = [await freePort(), await freePort()];
  url = `http://127.0.0.1:${monitorPort}`;
  payments = await openTestProcess<PaymentsConfig>({
    ...{ service: 'payments', schema: paymentsConfig, open: openPayments, port: paymentsPort },
  });
  monitor = await openTestProcess<ChannelMonitorConfig>({
    ...{ service: 'channel-monitor', schema: channelMonitorConfig, open: openChannelMonitor },
    ...{ port: monitorPort, env: { PLUMBLINE_PAYMENTS_URL: `http://127.0.0.1:${paymentsPort}` } },
  });
}, 240_000);
afterAll(async () => {
  await monitor.close();
  await payments.close();
  await rm(folder, { recursive: true });
});

async function cli(line: string, env: Readonly<Record<string, string>> = {}) {
  const out = recordOutput();
  const exitCode = await runCli({
    ...{ args: line.split(' '), out, signal: new AbortController().signal, createSession },
    env: { PLUMBLINE_CHANNEL_MONITOR_URL: url, PLUMBLINE_LOCAL_STACK: 'true', ...env },
  });
  return { exitCode, stdout: out.stdout(), stderr: out.stderr() };
}
const done = async (line: string): Promise<string> => {
  const { exitCode, stdout, stderr } = await cli(line);
  expect(`${exitCode} ${stderr}`).toMatch(/^0 /);
  return stdout;
};
const wait = { timeout: 30_000, interval: 200 };

it('an account, a client, money that is reported twice and set aside, and keys that change', async () => {
  const channel = 'cid=2,type=wxpay,channel=wxpay1#1001,pattern=1';
  await done(`monitor accounts register ${pid}.1 --name Till --channel ${channel}`);
  const registered = await done(`monitor clients register --pid ${pid} --name Phone --json`);
  const key = JSON.parse(registered) as { readonly secret: string; readonly token: string };

  const record = (platformOrder: string, aid = '1'): string =>
    `{"pid":"${pid}","aid":"${aid}","payway":"wxpay","channel":"wxpay1#1001","price":10.00,` +
    `"platformOrder":"${platformOrder}","rawPayload":"{...}"}\n`;
  const file = join(folder, 'records.jsonl');
  const report = `monitor-client --records ${file} --keep ${join(folder, 'kept')} --tries 3 --longest-wait 50ms`;
  const signed = { PLUMBLINE_MONITOR_CLIENT: pid, PLUMBLINE_MONITOR_SECRET: key.secret };

  await writeFile(file, record('wx1'));
  const first = await cli(report, signed);
  expect(first.stdout).toContain(`UNMATCHED wx1 of ${pid}.1`);
  expect(first.exitCode).toBe(0);
  const again = await cli(report, { PLUMBLINE_MONITOR_TOKEN: key.token });
  expect(again.stdout).toContain(`DUPLICATE wx1 of ${pid}.1, UNMATCHED by now`);

  await writeFile(file, record('wx2', '9'));
  const strange = await cli(report, signed);
  expect(strange).toMatchObject({ exitCode: 1 });
  expect(strange.stderr).toMatch(/ALARM wx2 of \S+\.9: not accepted, 1 try: 404 account_not_found/);
  expect(await readdir(join(folder, 'kept', 'alarmed'))).toHaveLength(1);

  const listed = () => done(`monitor money list --account ${pid}.1`);
  await expect.poll(listed, wait).toMatch(/wx1 +UNMATCHED +10\.00 CNY +wxpay1#1001 +NO_ORDER/);
  const aside = await done(`monitor money set-aside ${pid}.1 wx1 --reason gift`);
  expect(aside).toBe('wx1 is SET_ASIDE\n');
  const shown = () => done(`monitor accounts show ${pid}.1`);
  await expect.poll(shown, wait).toContain('0 orders wait for money; 0 matched to none');

  await done(`monitor accounts change ${pid}.1 --offsets 5 --channel cid=2,enabled=no`);
  expect(await done(`monitor accounts pause ${pid}.1 --reason full`)).toContain('is PAUSED');
  const changed = await done(`monitor accounts show ${pid}.1`);
  expect(changed).toContain('up by 5 steps of 0.01 CNY');
  expect(changed).toContain('not enabled');
  expect(await done(`monitor accounts resume ${pid}.1`)).toContain('is OPEN');

  await done(`monitor clients change ${pid} ${pid} --name Other --aid 1`);
  await done(`monitor clients rotate ${pid} ${pid} --overlap 0s`);
  expect(await done(`monitor clients list --pid ${pid}`)).toMatch(/ACTIVE +1 .* Other$/m);
  await done(`monitor clients revoke ${pid} ${pid} --reason lost`);
  await writeFile(file, record('wx3'));
  // Another process may take ten seconds to hear of it; this one knows.
  const late = await cli(report, signed);
  expect(late.stderr).toMatch(/ALARM wx3 of \S+: not accepted, 3 tries: 401 key_revoked/);
  expect(await done(`monitor orders --pid ${pid}`)).toBe('');
}, 240_000);
