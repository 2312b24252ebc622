import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { canonicalString, signatureOf } from '@plumbline/channel-monitor';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MonitorClientOptions } from '../monitor-client/client-options.ts';
import type { AskedCall, FakeAnswer } from '../testing/fake-notifications.ts';
import { openFakeServer, refused } from '../testing/fake-notifications.ts';
import type { MemorySession } from '../testing/memory-session.ts';
import { createMemorySession } from '../testing/memory-session.ts';
import { monitorClient } from './monitor-client.ts';

const matched: FakeAnswer = { body: { result: 'MATCHED', was: 'MATCHED', orderId: 'H1' } };
const lineOf = (platformOrder: string) =>
  `{"pid":1000,"aid":1,"payway":"wxpay","channel":"wxpay1#1001","price":10.00,` +
  `"platformOrder":"${platformOrder}","rawPayload":"{...}"}`;

let answer: (call: AskedCall) => FakeAnswer | undefined;
let server: Awaited<ReturnType<typeof openFakeServer>>;
let keep = '';
beforeEach(async () => {
  answer = () => matched;
  server = await openFakeServer((call) => answer(call));
  keep = await mkdtemp(join(tmpdir(), 'kept-'));
});
afterEach(async () => {
  await server.close();
  await rm(keep, { recursive: true });
});

const usual = { tries: '20', longestWait: '10ms', poll: '200ms' };

function sessionWith(config: Partial<MemorySession['config']> = {}): MemorySession {
  const session = createMemorySession();
  const key = { PLUMBLINE_MONITOR_CLIENT: '1000', PLUMBLINE_MONITOR_SECRET: 'ms_1' };
  const url = { PLUMBLINE_CHANNEL_MONITOR_URL: server.url };
  return { ...session, config: { ...session.config, ...url, ...key, ...config } };
}

async function report(
  lines: readonly (string | Buffer)[],
  options: Partial<MonitorClientOptions> = {},
  session = sessionWith(),
) {
  const stdin = Readable.from(lines.map((line) => Buffer.concat([Buffer.from(line), newline])));
  const asked = { ...usual, records: '-', keep, ...options };
  const exitCode = await monitorClient(session, asked, stdin);
  return { exitCode, stdout: session.out.stdout(), stderr: session.out.stderr() };
}
const newline = Buffer.from('\n');
const filesIn = async (folder: string) => (await readdir(join(keep, folder))).sort();

describe('monitor-client --records', () => {
  it('sends each line as it is, signed, says what came of it, and keeps nothing', async () => {
    const { exitCode, stdout, stderr } = await report([lineOf('wx1')]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toBe('kept wx1 of 1000.1\nMATCHED wx1 of 1000.1, order H1\n');
    const [call] = server.calls;
    expect([call?.method, call?.path]).toEqual(['POST', '/api/monitor/records']);
    const { client, timestamp, nonce, signature } = call?.headers ?? {};
    const canonical = canonicalString({
      ...{ method: 'POST', path: '/api/monitor/records', query: [], clientId: '1000' },
      ...{ timestamp: String(timestamp), nonce: String(nonce), body: Buffer.from(lineOf('wx1')) },
    });
    expect([client, signature]).toEqual(['1000', signatureOf(canonical, 'ms_1')]);
    expect(await filesIn('.')).toEqual(['alarmed', 'malformed']);
  });

  it('signs each try anew, and sends a token instead where there is one', async () => {
    answer = () => (server.calls.length < 3 ? refused(401, 'timestamp_stale', 'late') : matched);
    const { exitCode, stderr } = await report([lineOf('wx1')]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('wx1 of 1000.1: try 2 failed, the next in');
    expect(stderr).toContain('401 timestamp_stale: late');
    expect(new Set(server.calls.map(({ headers }) => headers['nonce'])).size).toBe(3);
    await report([lineOf('wx2')], {}, sessionWith({ PLUMBLINE_MONITOR_TOKEN: 'mt_1' }));
    const { headers } = server.calls.at(-1) ?? {};
    expect([headers?.authorization, headers?.['signature']]).toEqual(['Bearer mt_1', undefined]);
  });

  it('puts aside what is no record, as it came, and says in which line', async () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x7d]);
    const { exitCode, stderr } = await report([lineOf('wx1'), '{"pid":1', bytes, lineOf('wx2')]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('line 2 is no record: is not JSON; put into ');
    expect(stderr).toContain('line 3 is no record: is not UTF-8; put into ');
    expect(server.calls).toHaveLength(2);
    const [second = '', third = ''] = (await filesIn('malformed')).sort((one, other) =>
      one.slice(13).localeCompare(other.slice(13)),
    );
    expect(await readFile(join(keep, 'malformed', second), 'utf8')).toBe('{"pid":1');
    expect(await readFile(join(keep, 'malformed', third))).toEqual(bytes);
  });

  it.each([
    [400, 'price_invalid'],
    [403, 'not_your_account'],
    [404, 'account_not_found'],
    [413, 'too_large'],
  ])('alarms at once for %i %s, and keeps the record', async (status, code) => {
    answer = () => refused(status, code, 'no');
    const { exitCode, stdout, stderr } = await report([lineOf('wx1')], { json: true });
    expect([exitCode, server.calls.length]).toEqual([1, 1]);
    expect(stderr).toMatch(`ALARM wx1 of 1000.1: not accepted, 1 try: ${status} ${code}: no;`);
    const [kept = ''] = await filesIn('alarmed');
    const alarm = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as object;
    expect(alarm).toEqual({
      ...{ event: 'alarm', account: '1000.1', platformOrder: 'wx1', tries: 1 },
      ...{ problem: `${status} ${code}: no`, file: join(keep, 'alarmed', kept) },
    });
    expect(await readFile(join(keep, 'alarmed', kept), 'utf8')).toContain(
      JSON.stringify(lineOf('wx1')),
    );
  });

  it('alarms after its tries, runs a command for it, and sends it again when asked to', async () => {
    answer = () => ({ status: 200, body: '<html>log in to this network</html>' });
    const told = join(keep, 'told');
    const { exitCode, stderr } = await report([lineOf('wx1')], {
      ...{ tries: '3', alarmCommand: `cat > ${told}` },
    });
    expect([exitCode, server.calls.length]).toEqual([1, 3]);
    expect(stderr).toContain('3 tries: 200 no answer of a monitor: "<html>');
    expect(JSON.parse(await readFile(told, 'utf8'))).toMatchObject({ platformOrder: 'wx1' });
    answer = () => matched;
    const next = await report([], {});
    expect(next).toMatchObject({ exitCode: 0, stdout: '' });
    expect(next.stderr).toContain('1 records are alarmed from before');
    const again = await report([], { retryAlarmed: true });
    expect(again).toMatchObject({ exitCode: 0, stdout: 'MATCHED wx1 of 1000.1, order H1\n' });
    expect(await filesIn('alarmed')).toEqual([]);
  });

  it('says so where the alarm command fails', async () => {
    answer = () => refused(400, 'bad', 'no');
    const { stderr } = await report([lineOf('wx1')], { alarmCommand: 'exit 3' });
    expect(stderr).toContain('the alarm command failed: it ended with 3');
  });

  it('ends at Ctrl-C with what is left, which the next one goes on with', async () => {
    answer = () => refused(503, 'payments_unavailable', 'later');
    const session = sessionWith();
    const stdin = new PassThrough();
    const options = { ...usual, longestWait: '1h', records: '-', keep };
    const running = monitorClient(session, options, stdin);
    stdin.write(`${lineOf('wx1')}\n`);
    await expect.poll(() => session.out.stderr(), { timeout: 10_000 }).toContain('try 1 failed');
    session.interrupt();
    expect(await running).toBe(1);
    expect(session.out.stderr()).toContain('1 records are kept');
    answer = () => matched;
    const next = await report([], { records: join(keep, 'empty') }, await withEmptyFile());
    expect(next).toMatchObject({ exitCode: 0, stdout: 'MATCHED wx1 of 1000.1, order H1\n' });
    expect(next.stderr).toContain('1 records wait from before');
  });

  it('says which file it cannot read', async () => {
    const reading = report([], { records: join(keep, 'none') });
    await expect(reading).rejects.toThrow('records cannot be read or kept: ENOENT');
  });
});

const withEmptyFile = async () => {
  await writeFile(join(keep, 'empty'), '');
  return sessionWith();
};

describe('monitor-client --watch', () => {
  const order = (orderId: string) => ({
    ...{ orderId, pid: '1000', aid: '1', cid: '2', type: 'wxpay', pattern: '1' },
    expiresAt: '2026-11-22T10:03:00.000Z',
  });

  it('says which orders are new and which ended, and goes on when nobody answered', async () => {
    answer = () => {
      if (server.calls.length === 1) return { body: [order('A'), order('B')] };
      if (server.calls.length === 2) return refused(503, 'away', 'later');
      return { body: [order('B'), order('C')] };
    };
    const session = sessionWith();
    const running = monitorClient(session, { ...usual, watch: true, pid: '1000' });
    await expect.poll(() => session.out.stdout(), { timeout: 15_000 }).toContain('active C');
    session.interrupt();
    expect(await running).toBe(0);
    expect(session.out.stdout().trim().split('\n')).toEqual([
      'active A at 1000.1.2 by wxpay until 2026-11-22T10:03:00.000Z',
      'active B at 1000.1.2 by wxpay until 2026-11-22T10:03:00.000Z',
      'ended A at 1000.1.2',
      'active C at 1000.1.2 by wxpay until 2026-11-22T10:03:00.000Z',
    ]);
    expect(session.out.stderr()).toContain('active orders cannot be read: 503 away: later');
    expect(session.out.stderr()).toContain('active orders can be read again');
    expect(server.calls[0]?.path).toBe('/api/monitor/orders/active?pid=1000');
  });
});

describe('what monitor-client is asked', () => {
  const refusedAs = (options: Partial<MonitorClientOptions>, session = sessionWith()) =>
    monitorClient(session, { ...usual, ...options }).catch((error: unknown) => String(error));
  const none = { PLUMBLINE_MONITOR_CLIENT: undefined, PLUMBLINE_MONITOR_SECRET: undefined };

  it.each([
    [{}, 'nothing to do'],
    [{ records: '-' }, '--keep says where'],
    [{ keep: 'k', tries: '0' }, '--tries is 1 to 10000'],
    [{ keep: 'k', longestWait: 'soon' }, '--longest-wait is a duration'],
    [{ watch: true, poll: '1ms' }, '--poll is 200 ms'],
    [{ watch: true, stream: 'redis://h' }, 'not both'],
    [{ stream: 'http://h' }, '--stream is a URL'],
    [{ watch: true, group: 'g' }, '--group is one of a --stream'],
    [{ watch: true, pid: 'a b' }, '--pid is 1 to 32'],
  ])('is refused when it is %j', async (options, said) => {
    expect(await refusedAs(options)).toContain(said);
  });

  it('needs a key to report with, both halves of it', async () => {
    expect(await refusedAs({ keep }, sessionWith(none))).toContain('who reports?');
    const half = refusedAs({ keep, clientId: 'mc_1' }, sessionWith(none));
    expect(await half).toContain('a signature needs both');
  });
});
