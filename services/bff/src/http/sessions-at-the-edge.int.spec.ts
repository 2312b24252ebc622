import { createSwitch } from '@plumbline/redis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, TestBff } from '../testing/open-test-bff.ts';
import { openTestBff, origin } from '../testing/open-test-bff.ts';
import { makeKey, signedBy } from '../testing/tokens.ts';

const redis = createSwitch();
let bff: TestBff;
beforeAll(async () => {
  await redis.on();
  bff = await openTestBff({ redisUrl: redis.url });
});
afterAll(async () => {
  await bff.close();
  await redis.off();
});

const session = { path: '/api/session' };
const logOut = { method: 'DELETE', path: '/api/session' };
const logOutEverywhere = { method: 'DELETE', path: '/api/sessions' };
const ownOrigin = { Origin: origin };

const statusOf = async (browser: Browser): Promise<number> => (await browser.call(session)).status;

describe('a log-in', () => {
  it('gives user, CSRF token and a cookie, and the session says the same', async () => {
    const body = { idToken: await bff.idToken('田中', ['operator']) };
    const { status, json, headers } = await bff.call({ ...session, body, headers: ownOrigin });
    expect(status).toBe(200);
    const user = {
      id: expect.stringMatching(/^u[0-9a-f]{30}$/) as string,
      name: '田中',
      roles: ['operator'],
    };
    expect(json).toMatchObject({ user, csrfToken: expect.any(String) as string });
    const cookie = headers.get('Set-Cookie') ?? '';
    expect(cookie).toMatch(/^sid=[\w-]{22}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    expect(headers.get('Cache-Control')).toBe('no-store');
    const Cookie = cookie.split(';', 1)[0] ?? '';
    const again = await bff.call({ ...session, headers: { Cookie } });
    expect(again.json).toMatchObject({ user, expiresAt: json['expiresAt'] });
    expect(again.json['csrfToken']).not.toBe(json['csrfToken']);
  });

  it.each([
    ['a token of nobody known', () => signedBy(makeKey('x'), { sub: 'me' })],
    ['garbage', () => '..'],
    ['a token of 100 KB', () => 'x'.repeat(100 * 1024)],
    ['no text', () => ''],
  ])('with %s is refused with 401, and begins no session', async (_name, idToken) => {
    const answer = await bff.call({ ...session, body: { idToken: idToken() }, headers: ownOrigin });
    expect([answer.status, answer.json['code']]).toEqual([401, 'TOKEN_REFUSED']);
    expect(answer.headers.get('Set-Cookie')).toBe(null);
  });

  it('that is not one is 400, 413 or 415, and begins no session', async () => {
    const idToken = await bff.idToken('me');
    const headers = ownOrigin;
    const answers = await Promise.all([
      bff.call({ ...session, body: {}, headers }),
      bff.call({ ...session, body: { idToken: 7 }, headers }),
      bff.call({ ...session, body: { idToken, admin: true }, headers }),
      bff.call({ ...session, body: 'x'.repeat(200 * 1024), headers }),
      bff.call({ ...session, body: 'a=b', headers: { ...headers, 'Content-Type': 'text/plain' } }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 413, 415]);
    expect(answers.every((answer) => answer.headers.get('Set-Cookie') === null)).toBe(true);
  });

  it.each([
    {},
    { Origin: 'http://evil.example' },
    { Origin: 'null' },
    { Origin: origin, 'Sec-Fetch-Site': 'cross-site' },
  ])('from another page is refused: %j', async (headers: Record<string, string>) => {
    const body = { idToken: await bff.idToken('me') };
    const answer = await bff.call({ ...session, body, headers });
    expect([answer.status, answer.json['code']]).toEqual([403, 'CSRF_REFUSED']);
    expect(answer.headers.get('Set-Cookie')).toBe(null);
  });

  it('takes over no session id, and ends the session that it came with', async () => {
    const planted = 'sid=AAAAAAAAAAAAAAAAAAAAAA';
    const body = { idToken: await bff.idToken('victim') };
    const first = await bff.call({ ...session, body, headers: { ...ownOrigin, Cookie: planted } });
    expect(first.headers.get('Set-Cookie')).not.toContain(planted);
    expect((await bff.call({ ...session, headers: { Cookie: planted } })).status).toBe(401);
    const attacker = await bff.logIn('attacker');
    const headers = { ...ownOrigin, Cookie: attacker.cookie };
    const second = await bff.call({ ...session, body, headers });
    expect(second.headers.get('Set-Cookie')).not.toContain(attacker.cookie);
    expect(await statusOf(attacker)).toBe(401);
  });
});

describe('a stolen cookie', () => {
  it('is good for nothing after the log-out', async () => {
    const browser = await bff.logIn('me');
    const { status, headers } = await browser.call(logOut);
    expect([status, headers.get('Set-Cookie')]).toEqual([
      204,
      'sid=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0',
    ]);
    expect(await statusOf(browser)).toBe(401);
    expect((await browser.call(logOut)).status).toBe(401);
  });

  it('nor after the log-out everywhere, from any browser of the user', async () => {
    const [one, two, other] = [await bff.logIn('a'), await bff.logIn('a'), await bff.logIn('b')];
    expect((await two.call(logOutEverywhere)).status).toBe(204);
    expect(await Promise.all([one, two, other].map(statusOf))).toEqual([401, 401, 200]);
    expect(await statusOf(await bff.logIn('a'))).toBe(200);
  });

  it('is no session without one, and neither is half of it', async () => {
    const { cookie } = await bff.logIn('me');
    for (const Cookie of ['', 'sid=', cookie.slice(0, -1), `${cookie}; ${cookie}`]) {
      expect((await bff.call({ ...session, headers: { Cookie } })).status).toBe(401);
    }
  });
});

describe('an unsafe call with a session', () => {
  it('needs the token of this session and an origin of ours, both', async () => {
    const [browser, other] = [await bff.logIn('me'), await bff.logIn('me')];
    const { cookie: Cookie, csrfToken } = browser;
    const own = { 'X-CSRF-Token': csrfToken };
    const refused: readonly Record<string, string>[] = [
      {},
      own,
      ownOrigin,
      { ...ownOrigin, 'X-CSRF-Token': other.csrfToken },
      { ...ownOrigin, 'X-CSRF-Token': '' },
      { ...ownOrigin, 'X-CSRF-Token': `${csrfToken}x` },
      { ...own, Origin: 'http://evil.example' },
      { ...own, Origin: 'null' },
      { ...own, Origin: `${origin}.evil.example` },
      { ...own, 'Sec-Fetch-Site': 'same-site' },
      { ...own, ...ownOrigin, 'Sec-Fetch-Site': 'cross-site' },
    ];
    for (const headers of refused) {
      for (const call of [logOut, logOutEverywhere, { path: '/api/purchases', body: {} }]) {
        const answer = await bff.call({ ...call, headers: { Cookie, ...headers } });
        expect({ headers, code: answer.json['code'] }).toEqual({ headers, code: 'CSRF_REFUSED' });
      }
    }
    expect(await statusOf(browser)).toBe(200);
    const right = { Cookie, ...own, 'Sec-Fetch-Site': 'same-origin' };
    expect((await bff.call({ ...logOut, headers: right })).status).toBe(204);
  });

  it('without a session is 401, whatever else it brings', async () => {
    const { csrfToken } = await bff.logIn('me');
    const headers = { ...ownOrigin, 'X-CSRF-Token': csrfToken };
    expect((await bff.call({ ...logOut, headers })).status).toBe(401);
  });
});

describe('a call with a token of its own', () => {
  const bearer = async (user: string) => ({ Authorization: `Bearer ${await bff.idToken(user)}` });

  it('needs no cookie, no origin and no CSRF token', async () => {
    const headers = await bearer('cli');
    const { status, json } = await bff.call({ ...session, headers });
    expect([status, json['csrfToken']]).toEqual([200, null]);
    expect((await bff.call({ ...logOut, headers })).status).toBe(204);
  });

  it('logs the user out everywhere', async () => {
    const browser = await bff.logIn('cli');
    await bff.call({ ...logOutEverywhere, headers: await bearer('cli') });
    expect(await statusOf(browser)).toBe(401);
  });

  it('counts alone, whatever cookie comes with it', async () => {
    const browser = await bff.logIn('me');
    const cli = await bff.call({ ...session, headers: await bearer('cli') });
    const both = await browser.call({ ...session, headers: await bearer('cli') });
    expect(both.json['user']).toEqual(cli.json['user']);
    const wrong = await browser.call({ ...session, headers: { Authorization: 'Bearer x.y.z' } });
    expect([wrong.status, wrong.json['code']]).toEqual([401, 'TOKEN_REFUSED']);
    const empty = await browser.call({ ...session, headers: { Authorization: 'Bearer' } });
    expect(empty.status).toBe(401);
    const proxy = await browser.call({ ...session, headers: { Authorization: 'Basic eDp5' } });
    expect(proxy.json['user']).toMatchObject({ id: browser.userId });
  });
});

it('two processes know the same sessions', async () => {
  const other = await openTestBff({ redisUrl: redis.url });
  const { cookie: Cookie } = await bff.logIn('me');
  expect((await other.call({ ...session, headers: { Cookie } })).status).toBe(200);
  await other.close();
});
