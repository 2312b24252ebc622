import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { canonicalString, signatureOf } from '@plumbline/channel-monitor';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** The client of docs/examples, against a monitor that is away, dies, and says no. */
const program = fileURLToPath(
  new URL('../../../../docs/examples/monitor_client.py', import.meta.url),
);
const key = 'ms_0123';

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A status with what it says; `null` hangs up in the middle. */
type Said = { readonly status: number; readonly body: unknown } | null;

let answer: (call: Call) => Said;
let calls: Call[] = [];
let folder = '';
let url = '';
const server = createServer((request, response) => {
  void (async () => {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const { method = '', url: path = '', headers } = request;
    const call = { method, path, headers, body: Buffer.concat(parts).toString('utf8') };
    calls.push(call);
    const said = answer(call);
    if (said === null) {
      request.socket.destroy();
      return;
    }
    response.writeHead(said.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(said.body));
  })();
});

beforeEach(async () => {
  calls = [];
  folder = await mkdtemp(join(tmpdir(), 'monitor-client-'));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  await rm(folder, { recursive: true });
});

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn('python3', [program, ...args], {
    env: {
      ...process.env,
      ...{ PYTHONIOENCODING: 'utf-8', PLUMBLINE_CHANNEL_MONITOR_URL: url },
      ...{ PLUMBLINE_MONITOR_CLIENT: '1000', PLUMBLINE_MONITOR_SECRET: key, ...env },
    },
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (text: Buffer) => (said.stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (said.stderr += text.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }));
  return { child, said, ended };
}

const lineOf = (platformOrder: string): string =>
  `{"pid":1000,"aid":1,"payway":"wxpay","channel":"wxpay1#1001","price":10.00,` +
  `"platformOrder":"${platformOrder}","rawPayload":"二{...}"}`;
const orderOf = ({ body }: Call): string =>
  (JSON.parse(body) as { readonly platformOrder: string }).platformOrder;
const matched: Said = { status: 200, body: { result: 'MATCHED', orderId: 'H1' } };
const refused = (status: number, code: string): Said => ({ status, body: { code, message: 'm' } });
const keep = (): string => join(folder, 'kept');
const report = (...more: readonly string[]) =>
  start(['report', '--keep', keep(), '--first-wait', '0.02', ...more]);

function isSigned({ method, path, headers, body }: Call): boolean {
  const [timestamp, nonce, clientId] = [headers['timestamp'], headers['nonce'], headers['client']];
  const [name = '', query = ''] = path.split('?');
  const canonical = canonicalString({
    ...{ method, path: name, query: [...new URLSearchParams(query)], body: Buffer.from(body) },
    ...{ timestamp: String(timestamp), nonce: String(nonce), clientId: String(clientId) },
  });
  return headers['signature'] === signatureOf(canonical, key);
}

describe('the Python monitor client', () => {
  it('reports through a server that refuses twice, dies once, and then accepts', async () => {
    const file = join(folder, 'records.jsonl');
    await writeFile(file, `${lineOf('wx1')}\n\n${lineOf('wx2')}\n`);
    answer = (call) => {
      const time = calls.filter(({ body }) => body === call.body).length;
      if (time <= 2) return refused(503, 'payments_unavailable');
      return time === 3 ? null : matched;
    };
    const { code, stdout, stderr } = await report(file).ended;
    expect(`${String(code)} ${stderr.replace(/^wx. of 1000.1: try .*\n/gm, '')}`).toBe('0 ');
    expect(stdout.trim().split('\n').sort()).toEqual([
      ...['MATCHED wx1 of 1000.1, order H1', 'MATCHED wx2 of 1000.1, order H1'],
      ...['kept wx1 of 1000.1', 'kept wx2 of 1000.1'],
    ]);
    expect(calls).toHaveLength(8);
    expect(calls.every(isSigned)).toBe(true);
    expect(new Set(calls.map(({ headers }) => headers['nonce'])).size).toBe(8);
    expect(new Set(calls.map(({ body }) => body))).toEqual(new Set([lineOf('wx1'), lineOf('wx2')]));
    expect((await readdir(keep())).sort()).toEqual(['alarmed', 'malformed']);
  });

  it('alarms for what is never accepted and for what is not in time, and keeps both', async () => {
    answer = (call) =>
      orderOf(call) === 'wx1' ? refused(400, 'price_invalid') : { status: 200, body: 'log in' };
    const told = join(folder, 'told');
    const run = report('-', '--tries', '3', '--alarm-command', `cat >> ${told}`);
    run.child.stdin.end(`${lineOf('wx1')}\nno record\n${lineOf('wx2')}\n`);
    const { code, stderr } = await run.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('line 2 is no record: is not JSON; put into ');
    expect(stderr).toContain('ALARM wx1 of 1000.1: not accepted, 1 tries: 400 price_invalid: m;');
    expect(stderr).toContain('ALARM wx2 of 1000.1: not accepted, 3 tries: 200 no answer');
    expect(await readFile(told, 'utf8')).toContain(JSON.stringify(lineOf('wx1')).slice(1, 40));
    expect(await readdir(join(keep(), 'alarmed'))).toHaveLength(2);
    expect(await readdir(join(keep(), 'malformed'))).toHaveLength(1);
    answer = () => matched;
    const again = await report('--retry-alarmed').ended;
    expect(again.code).toBe(0);
    expect(again.stdout.trim().split('\n').sort()).toEqual([
      ...['MATCHED wx1 of 1000.1, order H1', 'MATCHED wx2 of 1000.1, order H1'],
    ]);
    expect(await readdir(join(keep(), 'alarmed'))).toEqual([]);
  });

  it('that is killed has lost nothing of what it said it keeps', async () => {
    answer = () => refused(503, 'payments_unavailable');
    const run = report('-', '--first-wait', '60');
    const orders = Array.from({ length: 20 }, (_, at) => `wx${at}`);
    run.child.stdin.write(orders.map((order) => `${lineOf(order)}\n`).join(''));
    await expect.poll(() => run.said.stdout, { timeout: 30_000 }).toContain('kept wx19 ');
    run.child.kill('SIGKILL');
    await run.ended;
    calls = [];
    answer = () => matched;
    const { code } = await report().ended;
    expect(code).toBe(0);
    expect(calls.map(orderOf).sort()).toEqual([...orders].sort());
  });

  it('sends a token instead of a signature, and shows the active orders', async () => {
    const order = { orderId: 'H1', pid: '1000', aid: '1', cid: '2', type: 'wxpay' };
    answer = () => ({ status: 200, body: [order] });
    const shown = await start(['orders', '--pid', '1000']).ended;
    expect([shown.code, JSON.parse(shown.stdout)]).toEqual([0, order]);
    expect(calls[0]?.path).toBe('/api/monitor/orders/active?pid=1000');
    expect(calls.every(isSigned)).toBe(true);
    await start(['orders'], { PLUMBLINE_MONITOR_TOKEN: 'mt_1' }).ended;
    expect(calls[1]?.headers).toMatchObject({ authorization: 'Bearer mt_1' });
    expect(calls[1]?.headers).not.toHaveProperty('signature');
  });
});
