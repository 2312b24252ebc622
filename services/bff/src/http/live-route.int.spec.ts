import type { ChangeNoted } from '@plumbline/events';
import type { MemoryLog } from '@plumbline/kafka';
import { createSwitch } from '@plumbline/redis/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as limits from '../limits.ts';
import type { LiveClient } from '../testing/live-client.ts';
import { openLiveClient } from '../testing/live-client.ts';
import { createFeedCodec, notedChange } from '../testing/noted-changes.ts';
import type { Browser, TestBff } from '../testing/open-test-bff.ts';
import { createTestLog, openTestBff, origin } from '../testing/open-test-bff.ts';

const codec = await createFeedCodec();
const redis = createSwitch();
let log: MemoryLog;
let bff: TestBff;
beforeAll(async () => {
  await redis.on();
  log = createTestLog();
  bff = await openTestBff({ redisUrl: redis.url, log });
});
afterAll(async () => {
  await bff.close();
  await redis.off();
  await log.close();
});

const write = (partition: number, change: Partial<ChangeNoted>) =>
  log.appendRaw(notedChange(codec, partition, change));

const headersOf = ({ cookie }: Browser) => ({ Cookie: cookie, Origin: origin });

async function greeted(client: LiveClient): Promise<LiveClient> {
  await vi.waitFor(() => expect(client.messages[0]?.type).toBe('hello'), { interval: 2 });
  return client;
}

const connect = (browser: Browser, position?: string, at: TestBff = bff): Promise<LiveClient> => {
  const headers = headersOf(browser);
  return greeted(openLiveClient(at.url, { headers, ...(position && { position }) }));
};

const heard = (client: LiveClient, orders: readonly string[]): Promise<void> =>
  vi.waitFor(() => expect(client.orders()).toEqual(orders), { interval: 2 });

describe('a WebSocket is refused before it is one', () => {
  const refusal = async (headers: Readonly<Record<string, string>>, position?: string) =>
    openLiveClient(bff.url, { headers, ...(position !== undefined && { position }) }).refused;

  it('to whoever is not logged in, or comes from another page', async () => {
    const me = await bff.logIn('me');
    const { Cookie } = headersOf(me);
    const unauthenticated = { status: 401, code: 'UNAUTHENTICATED' };
    expect(await refusal({ Origin: origin })).toEqual(unauthenticated);
    expect(await refusal({ Origin: origin, Cookie: 'sid=AAAAAAAAAAAAAAAAAAAAAA' })).toEqual(
      unauthenticated,
    );
    const elsewhere = { status: 403, code: 'CSRF_REFUSED' };
    expect(await refusal({ Cookie })).toEqual(elsewhere);
    for (const Origin of ['http://evil.example', 'null', `${origin}.evil.example`])
      expect(await refusal({ Cookie, Origin }), Origin).toEqual(elsewhere);
    expect(await refusal({ Cookie, Origin: origin, 'Sec-Fetch-Site': 'same-site' })).toEqual(
      elsewhere,
    );
    expect(await refusal({ Authorization: 'Bearer x.y.z', Cookie, Origin: origin })).toEqual({
      ...{ status: 401, code: 'TOKEN_REFUSED' },
    });
    await me.call({ method: 'DELETE', path: '/api/session' });
    expect(await refusal({ Cookie, Origin: origin })).toEqual(unauthenticated);
  });

  it('with a position that nobody gave, or another question', async () => {
    const headers = headersOf(await bff.logIn('me'));
    const invalid = { status: 400, code: 'INVALID_PARAMETER' };
    for (const position of ['', 'x', '../..', 'AAAAAAAA.-1', 'A'.repeat(5_000)])
      expect(await refusal(headers, position), position).toEqual(invalid);
    const plain = await bff.call({ path: '/api/live', headers });
    expect([plain.status, plain.headers.get('Upgrade')]).toEqual([426, 'websocket']);
  });

  it('while Redis does not answer, whoever asks', async () => {
    const headers = headersOf(await bff.logIn('me'));
    const Authorization = `Bearer ${await bff.idToken('me')}`;
    await redis.off();
    const down = { status: 503, code: 'DEPENDENCY_DOWN' };
    expect(await refusal(headers)).toEqual(down);
    expect(await refusal({ Authorization })).toEqual(down);
    await redis.on();
    const back = async () =>
      expect((await bff.call({ path: '/api/session', headers })).status).toBe(200);
    await vi.waitFor(back, { timeout: 8_000, interval: 50 });
  });
});

describe('a client hears of', () => {
  it('its own orders and no others, an operator of all, once each', async () => {
    const [me, other] = [await bff.logIn('me'), await bff.logIn('other')];
    const Authorization = `Bearer ${await bff.idToken('op', ['operator'])}`;
    const [mine, theirs] = [await connect(me), await connect(other)];
    const all = await greeted(openLiveClient(bff.url, { headers: { Authorization } }));
    write(0, { orderNo: 'mine', buyer: me.userId });
    write(0, { orderNo: 'nobodys', buyer: null });
    write(0, { orderNo: 'late', buyer: me.userId, again: true });
    write(0, { orderNo: 'theirs', buyer: other.userId });
    await heard(mine, ['mine', 'late']);
    await heard(theirs, ['theirs']);
    await heard(all, ['mine', 'nobodys', 'theirs']);
    expect(mine.messages[1]).toEqual({
      ...{ type: 'change', position: mine.messages[1]?.position, orderNo: 'mine', kind: 'ORDER' },
      ...{ eventType: 'OrderCreated', eventId: expect.any(String) as string },
      place: expect.stringMatching(/^orders\.events\.v1:0:\d+$/) as string,
      notedAt: '1970-01-01T00:00:00.001Z',
    });
  });

  it('everything since its position and nothing twice, whichever process it comes to', async () => {
    const me = await bff.logIn('me');
    const first = await connect(me);
    const mine = (partition: number, orderNo: string) =>
      write(partition, { orderNo, buyer: me.userId });
    mine(0, 'a');
    mine(3, 'b');
    await vi.waitFor(() => expect(first.orders()).toHaveLength(2));
    const position = first.position();
    first.socket.close();
    mine(1, 'c');
    write(1, { orderNo: 'not mine' });
    mine(0, 'd');
    const beside = await openTestBff({ redisUrl: redis.url, log });
    const second = await connect(me, position, beside);
    expect(second.messages[0]).toMatchObject({ how: 'resumed', position });
    await heard(second, ['d', 'c']);
    mine(2, 'e');
    await heard(second, ['d', 'c', 'e']);
    await beside.close();
    expect((await second.closed).code).toBe(1012);
    mine(2, 'f');
    const third = await connect(me, second.position());
    await heard(third, ['f']);
    // From the middle of what it was given at once.
    const between = second.messages.find(({ orderNo }) => orderNo === 'd')?.position ?? '';
    await heard(await connect(me, between), ['c', 'e', 'f']);
  });

  it('a position of another log that it has to read anew', async () => {
    const client = await connect(await bff.logIn('me'), 'AAAAAAAA.0-0-0-0');
    expect(client.messages[0]).toMatchObject({ how: 'reset' });
  });
});

describe('a connection ends', () => {
  it('at once with the session, also by log-out everywhere, and other sessions stay', async () => {
    const [here, there] = [await bff.logIn('me'), await bff.logIn('me')];
    const [first, second] = [await connect(here), await connect(there)];
    const other = await connect(await bff.logIn('other'));
    await here.call({ method: 'DELETE', path: '/api/session' });
    expect(await first.closed).toEqual({ code: 4401, reason: 'the session is over' });
    expect(second.socket.readyState).toBe(second.socket.OPEN);
    await there.call({ method: 'DELETE', path: '/api/sessions' });
    expect((await second.closed).code).toBe(4401);
    expect(other.socket.readyState).toBe(other.socket.OPEN);
  });

  it('within seconds when the session ended in another process', async () => {
    const me = await bff.logIn('me');
    const client = await connect(me);
    const beside = await openTestBff({ redisUrl: redis.url, log });
    const call = { method: 'DELETE', path: '/api/session' };
    const headers = { ...headersOf(me), 'X-CSRF-Token': me.csrfToken };
    expect((await beside.call({ ...call, headers })).status).toBe(204);
    expect((await client.closed).code).toBe(4401);
    await beside.close();
  }, 15_000);

  it.each([
    ['no JSON', 'hello', 4400],
    ['another type', '{"type":"subscribe","orderNo":"O-1"}', 4400],
    ['a ping with more in it', '{"type":"ping","x":1}', 4400],
    ['a list', '[]', 4400],
    ['null', 'null', 4400],
    ['nothing', '', 4400],
    ['deep nesting', '['.repeat(1_000), 4400],
    ['a prototype', '{"__proto__":{"type":"ping"}}', 4400],
    ['bytes', Buffer.from('{"type":"ping"}'), 1003],
    ['too much', 'x'.repeat(limits.clientMessageBytesMax + 1), 1009],
  ])('when the client says %s', async (_name, message, code) => {
    const client = await connect(await bff.logIn('me'));
    client.socket.send(message);
    const closed = await client.closed;
    expect(closed.code).toBe(code);
    if (code === 4400) expect(closed.reason).toBe('only {"type":"ping"} is understood');
  });

  it('when pings come too often; a few are answered', async () => {
    const client = await connect(await bff.logIn('me'));
    const ping = () => client.socket.send('{"type":"ping"}');
    ping();
    await vi.waitFor(() => expect(client.messages.at(-1)?.type).toBe('pong'));
    for (let n = 0; n < limits.pingsMax; n += 1) ping();
    expect((await client.closed).code).toBe(4429);
  });
});
