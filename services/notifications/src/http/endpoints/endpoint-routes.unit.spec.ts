import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EdgeWorld } from './testing/edge-world.ts';
import { openEdgeWorld, registered, settings, startMs } from './testing/edge-world.ts';

let world: EdgeWorld;
beforeEach(async () => {
  world = await openEdgeWorld();
});
afterEach(() => world.http.close());

const post = (path: string, body: unknown = {}, as?: string) =>
  world.call('POST', path, as === undefined ? { body } : { body, as });
const shop = 'key-shop-all';

describe('an endpoint', () => {
  it('is read as requests write it, so that what was read can be sent back', async () => {
    const over = {
      ...{ bodyStyle: 'FLAT', bodyEncoding: 'FORM', intervals: ['30s', '90s', '2h'] },
      ...{ timeoutSeconds: 5, concurrency: 2, ratePerSecond: 10, inOrder: true },
      templates: [{ payWay: 'MOCK', contentType: 'text/plain', text: 'paid\n{{orderNo}}' }],
    };
    const id = await registered(world, { over });
    const { data } = await world.call('GET', `/webhook-endpoints/${id}`);
    expect(data).toMatchObject(over);
    expect(data['health']).toEqual({
      ...{ failingSince: null, failingCode: null, waiting: 0, retryFailed: 0, incidents: [] },
    });
    const body = { ...settings, ...over, description: 'changed' };
    const changed = await world.call('PUT', `/webhook-endpoints/${id}`, { body });
    expect(changed.data).toMatchObject({ ...over, description: 'changed', settingsVersion: 2 });
    const same = await world.call('PUT', `/webhook-endpoints/${id}`, { body });
    expect(same.data['settingsVersion']).toBe(2);
  });

  it('is paused, resumed and removed, each once, and its secrets are forgotten', async () => {
    const id = await registered(world);
    const path = `/webhook-endpoints/${id}`;
    const paused = await post(`${path}/pause`, { reason: 'they move' });
    expect(paused.data).toMatchObject({ status: 'PAUSED', reason: 'they move' });
    expect((await post(`${path}/pause`)).data['status']).toBe('PAUSED');
    expect((await world.call('POST', `${path}/resume`)).data['status']).toBe('ACTIVE');
    for (let times = 0; times < 2; times += 1)
      expect((await world.call('DELETE', path)).data['status']).toBe('REMOVED');
    expect(await world.vault.endpointSecrets.signing(id, null)).toEqual([]);
    const { data } = await world.call('GET', '/webhook-endpoints');
    expect(data['endpoints']).toEqual([]);
    for (const what of ['pause', 'rotate-secret', 'trigger'])
      expect(
        await post(`${path}/${what}`, what === 'trigger' ? { type: 'refund.failed' } : {}),
      ).toMatchObject({ status: 409, code: 'ENDPOINT_REMOVED' });
  });

  it('gets a new secret, beside which the one before signs until the overlap is over', async () => {
    const id = await registered(world);
    const before = await world.vault.endpointSecrets.signing(id, null);
    const { data } = await post(`/webhook-endpoints/${id}/rotate-secret`, { overlapHours: 1 });
    const secretId = String(data['secretId']);
    const now = await world.vault.endpointSecrets.signing(id, secretId);
    expect(now).toEqual([data['secret'], ...before]);
    expect(world.endpoints.asked.at(-1)?.payload.data).toMatchObject({
      ...{ secretId, overlapUntil: startMs + 3_600_000 },
    });
    const none = await post(`/webhook-endpoints/${id}/rotate-secret`, { overlapHours: 0 });
    const last = await world.vault.endpointSecrets.signing(id, String(none.data['secretId']));
    expect(last).toEqual([none.data['secret']]);
    for (const overlapHours of [169, -1, '24'])
      expect((await post(`/webhook-endpoints/${id}/rotate-secret`, { overlapHours })).status).toBe(
        400,
      );
  });
});

describe('who calls', () => {
  it('is an app by its key, and the platform without one', async () => {
    const own = await registered(world);
    const theirs = await registered(world, { as: shop });
    const idsOf = async (path: string, as?: string) => {
      const { data } = await world.call('GET', path, as === undefined ? {} : { as });
      return (data['endpoints'] as { endpointId: string }[]).map((each) => each.endpointId);
    };
    expect(await idsOf('/webhook-endpoints', shop)).toEqual([theirs]);
    expect(await idsOf('/webhook-endpoints?tenant=shop', shop)).toEqual([theirs]);
    expect(await idsOf('/webhook-endpoints')).toEqual([own]);
    expect(await idsOf('/webhook-endpoints?tenant=shop')).toEqual([theirs]);
    expect(await idsOf('/webhook-endpoints?tenant=*')).toEqual([own, theirs]);
    expect(world.endpoints.asked.map(({ actor }) => actor)).toEqual([
      ...['api:anonymous', 'api:anonymous', 'api:shop/id-of-shop', 'api:shop/id-of-shop'],
    ]);
  });

  it('learns nothing of another tenant’s endpoint, whatever is asked of it', async () => {
    const id = await registered(world);
    const path = `/webhook-endpoints/${id}`;
    const unknown = `/webhook-endpoints/ep_main_${'0'.repeat(24)}`;
    const calls: readonly (readonly [string, string, unknown?])[] = [
      ...([
        ['GET', ''],
        ['DELETE', ''],
        ['POST', '/resume'],
        ['POST', '/test'],
      ] as const),
      ...([
        ['PUT', '', settings],
        ['POST', '/pause', {}],
        ['POST', '/rotate-secret', {}],
      ] as const),
      ...([
        ['POST', '/trigger', { type: 'payment.succeeded' }],
        ['GET', '/deliveries'],
      ] as const),
    ];
    const before = world.endpoints.asked.length;
    for (const [method, rest, body] of calls) {
      const asked = { as: shop, ...(body === undefined ? {} : { body }) };
      const stranger = await world.call(method, `${path}${rest}`, asked);
      expect(stranger).toEqual(await world.call(method, `${unknown}${rest}`, asked));
      expect(stranger).toMatchObject({ status: 404, code: 'ENDPOINT_NOT_FOUND' });
    }
    expect(world.endpoints.asked.length).toBe(before);
    expect(world.notifications.asked).toEqual([]);
  });

  it('needs the scope, a key that is good, and no other tenant’s name', async () => {
    const as = 'key-shop-read';
    expect((await world.call('GET', '/webhook-endpoints', { as })).status).toBe(200);
    expect(await post('/webhook-endpoints', settings, as)).toMatchObject({
      ...{ status: 403, code: 'FORBIDDEN' },
      message: expect.stringContaining('endpoints:write') as unknown,
    });
    for (const wrong of ['nobody', 'key-shop-all extra'])
      expect((await world.call('GET', '/webhook-endpoints', { as: wrong })).status).toBe(401);
    const basic = { headers: { Authorization: 'Basic a2V5' } };
    expect((await world.call('GET', '/webhook-endpoints', basic)).status).toBe(401);
    for (const tenant of ['main', '*'])
      expect(
        await world.call('GET', `/webhook-endpoints?tenant=${tenant}`, { as: shop }),
      ).toMatchObject({ status: 400, code: 'INVALID_PARAMETER' });
    const away = await world.call('GET', '/webhook-endpoints', { as: 'asked-in-vain' });
    expect([away.status, away.code]).toEqual([503, 'DEPENDENCY_DOWN']);
  });

  it('is nobody from elsewhere without a key, nor a page in a browser', async () => {
    const origin = { headers: { Origin: 'https://evil.example' } };
    expect((await world.call('GET', '/webhook-endpoints', origin)).status).toBe(401);
    const open = await openEdgeWorld({ isLoopback: false });
    try {
      expect((await open.call('GET', '/webhook-endpoints')).status).toBe(401);
      expect((await open.call('GET', '/webhook-endpoints', { as: shop })).status).toBe(200);
      const headers = {
        ...{ 'plumbline-actor': 'user:ann', 'plumbline-service-key': 'the-service-key' },
      };
      expect((await open.call('GET', '/webhook-endpoints', { headers })).status).toBe(200);
    } finally {
      await open.http.close();
    }
  });
});

describe('a template', () => {
  it('is shown rendered, with what the caller gives and the rest made up', async () => {
    const text =
      '{"order":"{{orderNo}}","sum":{{amount}}{{#refundId}},"r":"{{refundId}}"{{/refundId}}}';
    const body = {
      text,
      contentType: 'application/json',
      sample: { orderNo: 'a"b', refundId: 'R1' },
    };
    const { data } = await post('/webhook-templates/preview', body);
    expect(data).toEqual({
      ...{ rendered: '{"order":"a\\"b","sum":100.00,"r":"R1"}', problems: [] },
    });
  });
});

it('lists the types of events that there are', async () => {
  const { data } = await world.call('GET', '/webhook-event-types');
  const types = (data['types'] as { type: string }[]).map(({ type }) => type);
  expect(types).toContain('payment.succeeded');
  expect(types).not.toContain('endpoint.test');
});
