import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isWithin } from '../../keys/client-scope.ts';
import type { ClientsWorld } from './testing/clients-world.ts';
import { openClientsWorld, startMs } from './testing/clients-world.ts';

let world: ClientsWorld;
beforeEach(async () => {
  world = await openClientsWorld();
});
afterEach(() => world.http.close());

const phone = { pid: 1000, clientId: 'mc_phone', name: 'the phone', aids: [1, '2'] };
const path = '/1000/mc_phone';
const post = (rest: string, body: unknown = {}) => world.call('POST', rest, body);

interface Shown {
  readonly clientId: string;
  readonly keyId: string;
  readonly secret: string;
  readonly token: string;
}
const shownBy = ({ json }: { readonly json: unknown }): Shown => json as Shown;
const registered = async (body: unknown = phone) => shownBy(await post('', body));
const mayReport = async (clientId: string, aid: string) => {
  const scope = await world.keys.scopeOf(clientId);
  return scope !== null && isWithin(scope, { pid: '1000', aid });
};
const tokenOf = async (token: string) => (await world.keys.token(token)).kind;
const listed = async (query = '') => {
  const { json } = await world.call('GET', query);
  return json['clients'] as readonly Readonly<Record<string, unknown>>[];
};
const died = (): never => {
  throw new Error('the process has died');
};

describe('a monitor client', () => {
  it('is registered with a secret and a token that work and are in no list', async () => {
    const { status, json } = await post('', phone);
    expect(status).toBe(201);
    const { clientId, keyId, secret, token } = shownBy({ json });
    expect(clientId).toBe('mc_phone');
    expect(await world.keys.token(token)).toEqual({ kind: 'good', clientId, keyId });
    expect(await world.keys.keysOf(clientId)).toMatchObject([{ keyId, secret, isRevoked: false }]);
    const at = new Date(startMs).toISOString();
    const clients = await listed();
    expect(clients).toEqual([
      {
        ...{ pid: '1000', clientId, name: 'the phone', aids: ['1', '2'], status: 'ACTIVE' },
        ...{ reason: null, keys: [{ keyId, issuedAt: at, expiresAt: null }] },
        ...{ createdAt: at, updatedAt: at },
      },
    ]);
    expect(JSON.stringify([world.asked, clients])).not.toContain(secret.slice(3));
    expect(JSON.stringify(world.asked)).not.toContain(token.slice(20));
  });

  it('is the merchant itself where nothing names it, and is listed by merchant', async () => {
    expect((await registered({ pid: 1000, name: 'all' })).clientId).toBe('1000');
    expect((await registered({ pid: '1000', name: 'all' })).secret).toBeNull();
    await registered({ pid: '2000', clientId: 'mc_x', name: 'x' });
    expect((await listed('?pid=2000')).map((each) => each['clientId'])).toEqual(['mc_x']);
    expect(await listed()).toHaveLength(2);
    expect(await mayReport('1000', '9')).toBe(true);
  });

  it('is registered once: a repeat shows no secret, another is refused', async () => {
    const { keyId } = await registered();
    const again = await post('', { ...phone, aids: ['2', '1'] });
    expect(again).toEqual({
      ...{ status: 200, json: { clientId: 'mc_phone', keyId, secret: null, token: null } },
    });
    for (const over of [{ name: 'x' }, { aids: [] }, { pid: 2000 }])
      expect(await post('', { ...phone, ...over })).toMatchObject({
        ...{ status: 409, json: { code: 'client_exists' } },
      });
  });

  it('that registers twice at once has shown no key that is not good', async () => {
    const both = await Promise.all([post('', phone), post('', phone)]);
    const tokens = both.map(({ json }) => json['token']).filter((token) => token !== null);
    expect(tokens.length).toBeGreaterThan(0);
    for (const token of tokens) expect(await tokenOf(token as string)).toBe('good');
  });

  it('gets other accounts, which hold at once here', async () => {
    await registered();
    const may = () => mayReport('mc_phone', '3');
    expect(await may()).toBe(false);
    const changed = await world.call('PUT', path, { name: 'till', aids: [3] });
    expect(changed).toMatchObject({ status: 200, json: { name: 'till', aids: ['3'] } });
    expect(await may()).toBe(true);
  });

  it('is revoked for good, with its keys, however often it is asked', async () => {
    const { token } = await registered();
    for (let times = 0; times < 2; times += 1)
      expect(await post(`${path}/revoke`, { reason: 'it is lost' })).toMatchObject({
        ...{ status: 200, json: { status: 'REVOKED', reason: 'it is lost' } },
      });
    expect(await tokenOf(token)).toBe('revoked');
    const calls = [
      ...[post('', phone), post(`${path}/rotate`)],
      world.call('PUT', path, { name: 'x', aids: [] }),
    ];
    for (const call of calls)
      expect(await call).toMatchObject({ status: 409, json: { code: 'client_revoked' } });
  });
});

describe('a rotation', () => {
  it('makes a key that is good at once, beside those before it until the overlap is over', async () => {
    const first = await registered();
    const { status, json } = await post(`${path}/rotate`, { overlapSeconds: 60 });
    expect(status).toBe(200);
    expect(json['overlapUntil']).toBe(new Date(startMs + 60_000).toISOString());
    const next = shownBy({ json });
    expect([await tokenOf(first.token), await tokenOf(next.token)]).toEqual(['good', 'good']);
    world.pass(60_000);
    expect([await tokenOf(first.token), await tokenOf(next.token)]).toEqual(['expired', 'good']);
    const [{ keys } = {}] = await listed();
    expect(keys).toMatchObject([
      { keyId: next.keyId, expiresAt: null },
      { keyId: first.keyId, expiresAt: json['overlapUntil'] },
    ]);
  });

  it('takes a day unless it is told otherwise, and nothing with 0', async () => {
    const first = await registered();
    const day = await post(`${path}/rotate`);
    expect(day.json['overlapUntil']).toBe(new Date(startMs + 86_400_000).toISOString());
    const none = await post(`${path}/rotate`, { overlapSeconds: 0 });
    expect(none.json['overlapUntil']).toBeNull();
    const tokens = [first.token, shownBy(day).token, shownBy(none).token];
    expect(await Promise.all(tokens.map(tokenOf))).toEqual(['expired', 'expired', 'good']);
    for (const overlapSeconds of [-1, 2_592_001, 1.5, '60', null])
      expect((await post(`${path}/rotate`, { overlapSeconds })).status).toBe(400);
  });

  it('is refused where eight keys are good already', async () => {
    await registered();
    for (let times = 0; times < 7; times += 1)
      expect((await post(`${path}/rotate`)).status).toBe(200);
    expect(await post(`${path}/rotate`)).toMatchObject({
      ...{ status: 409, json: { code: 'too_many_keys' } },
    });
    expect((await post(`${path}/rotate`, { overlapSeconds: 0 })).status).toBe(200);
  });
});

describe('a process that dies', () => {
  it('between log and vault has ended no key and shown none, and a repeat makes one', async () => {
    const first = await registered();
    world.faults.after = died;
    expect((await post(`${path}/rotate`, { overlapSeconds: 0 })).status).toBe(500);
    world.faults.after = () => undefined;
    expect(await tokenOf(first.token)).toBe('good');
    const [{ keys } = {}] = await listed();
    expect(keys).toMatchObject([{ keyId: first.keyId, expiresAt: null }]);
    const next = shownBy(await post(`${path}/rotate`, { overlapSeconds: 0 }));
    expect([await tokenOf(first.token), await tokenOf(next.token)]).toEqual(['expired', 'good']);
  });

  it.each(['RegisterMonitorClient', 'RecordMonitorKeyIssued'])(
    'after %s of a registration leaves a client that a repeat gives its key',
    async (type) => {
      world.faults.after = ({ payload }) => (payload.type === type ? died() : undefined);
      expect((await post('', phone)).status).toBe(500);
      world.faults.after = () => undefined;
      const { status, json } = await post('', phone);
      expect(status).toBe(201);
      expect(await tokenOf(shownBy({ json }).token)).toBe('good');
    },
  );

  it('before a revocation reaches the log has let nobody in, and no key is made', async () => {
    const { token } = await registered();
    world.faults.before = died;
    expect((await post(`${path}/revoke`, { reason: 'lost' })).status).toBe(500);
    world.faults.before = () => undefined;
    expect(await tokenOf(token)).toBe('revoked');
    expect((await post(`${path}/rotate`)).json['code']).toBe('client_revoked');
    expect((await post('', phone)).json['code']).toBe('client_revoked');
    const revoked = await post(`${path}/revoke`, { reason: 'lost' });
    expect(revoked.json).toMatchObject({ status: 'REVOKED', reason: 'lost' });
  });

  it('before accounts reach the vault is made good by a repeat that changes nothing', async () => {
    await registered();
    const may = () => mayReport('mc_phone', '3');
    world.faults.after = died;
    expect((await world.call('PUT', path, { name: 'x', aids: [3] })).status).toBe(500);
    world.faults.after = () => undefined;
    expect(await may()).toBe(false);
    await world.call('PUT', path, { name: 'x', aids: [3] });
    expect(await may()).toBe(true);
  });

  it('or cannot reach Postgres says that it may be tried again', async () => {
    await registered();
    world.pass(60_000);
    world.vault.faults.down = true;
    const calls = [post(`${path}/rotate`), post('', phone), world.call('GET', '')];
    for (const call of calls)
      expect(await call).toMatchObject({ status: 503, json: { code: 'dependency_down' } });
  });
});

describe('what is refused', () => {
  it('is a client that is not there, and one of another merchant', async () => {
    await registered();
    for (const at of ['/1000/mc_other', '/2000/mc_phone']) {
      for (const call of [
        post(`${at}/rotate`),
        post(`${at}/revoke`, { reason: 'x' }),
        world.call('PUT', at, { name: 'x', aids: [] }),
      ])
        expect(await call).toMatchObject({ status: 404, json: { code: 'client_not_found' } });
    }
  });

  it('is an id that does not begin with mc_', async () => {
    const ids = ['phone', '2000', '', 'a b', `mc_${'x'.repeat(62)}`, 1.5, -1, null, {}];
    for (const clientId of ids) {
      const { status } = await post('', { ...phone, clientId });
      expect(status, JSON.stringify(clientId)).toBe(400);
    }
    for (const body of [
      { ...phone, aids: ['a b'] },
      { ...phone, x: 1 },
      { ...phone, name: '' },
    ])
      expect((await post('', body)).json['code']).toBe('invalid_parameter');
    expect(await listed()).toEqual([]);
  });

  it('is who is neither on this machine nor has the service key', async () => {
    const origin = { Origin: 'https://evil.example' };
    expect((await world.call('POST', '', phone, origin)).status).toBe(403);
    const open = await openClientsWorld({ isLoopback: false });
    try {
      expect((await open.call('POST', '', phone)).json['code']).toBe('unauthenticated');
      expect((await open.call('GET', '')).status).toBe(401);
      const key = { 'plumbline-actor': 'user:ann', 'plumbline-service-key': 'the-service-key' };
      expect((await open.call('POST', '', phone, key)).status).toBe(201);
      expect(open.asked).toHaveLength(2);
    } finally {
      await open.http.close();
    }
  });
});
