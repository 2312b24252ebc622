import { WriteFailed } from '@plumbline/http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EdgeWorld } from './testing/edge-world.ts';
import { openEdgeWorld, registered, settings } from './testing/edge-world.ts';

let world: EdgeWorld;
beforeEach(async () => {
  world = await openEdgeWorld();
});
afterEach(() => world.http.close());

const register = (over: object = {}, headers: Record<string, string> = {}, as?: string) =>
  world.call('POST', '/webhook-endpoints', {
    ...{ body: { ...settings, ...over }, headers },
    ...(as === undefined ? {} : { as }),
  });
const keyed = { 'Idempotency-Key': 'the-first-one' };

describe('a registration', () => {
  it('answers the endpoint and a secret that the vault signs with, and says its id to the log', async () => {
    const { status, data } = await register();
    expect(status).toBe(201);
    expect(data).toMatchObject({
      ...{ tenant: 'main', status: 'ACTIVE', bodyStyle: 'EVENT', bodyEncoding: 'JSON' },
      ...{ url: settings.url, events: settings.events, intervals: null, everyTenant: false },
      endpointId: expect.stringMatching(/^ep_\w+_[0-9a-f]{24}$/) as unknown,
      secretId: expect.stringMatching(/^es_[0-9a-f]{24}$/) as unknown,
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/) as unknown,
    });
    const { endpointId, secretId, secret } = data as Record<string, string>;
    const signing = await world.vault.endpointSecrets.signing(endpointId ?? '', secretId ?? '');
    expect(signing).toEqual([secret]);
    expect(world.endpoints.asked.map(({ key, payload }) => [key, payload.type])).toEqual([
      [`main/${endpointId}`, 'RegisterEndpoint'],
      [`main/${endpointId}`, 'RecordSecretRotated'],
    ]);
    expect(JSON.stringify(world.endpoints.asked)).not.toContain(secret);
    const read = await world.call('GET', `/webhook-endpoints/${endpointId}`);
    expect(read.data).not.toHaveProperty('secret');
  });

  it('with a key means the same endpoint at a repeat, and shows no secret again', async () => {
    const first = await register({}, keyed);
    const again = await register({}, keyed);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.data).toEqual({ ...first.data, secret: null });
    const other = await register({ description: 'another' }, keyed);
    expect([other.status, other.code]).toEqual([409, 'ENDPOINT_EXISTS']);
    const elsewhere = await register({}, keyed, 'key-shop-all');
    expect(elsewhere.status).toBe(201);
    expect(elsewhere.data['endpointId']).not.toBe(first.data['endpointId']);
  });

  it('with a key does not bring an old secret back after a rotation', async () => {
    const { data } = await register({}, keyed);
    const path = `/webhook-endpoints/${String(data['endpointId'])}`;
    const rotated = await world.call('POST', `${path}/rotate-secret`, { body: {} });
    const again = await register({}, keyed);
    expect(again.data['secretId']).toBe(rotated.data['secretId']);
    expect(again.data['secret']).toBeNull();
  });

  it.each(['RegisterEndpoint', 'RecordSecretRotated'])(
    'that dies before %s is finished by a repeat with the key, which shows the secret that was kept',
    async (type) => {
      world.endpoints.faults.before = ({ payload }) => {
        if (payload.type === type) throw new WriteFailed('the log is away');
      };
      expect((await register({}, keyed)).status).toBe(503);
      world.endpoints.faults.before = () => undefined;
      const again = await register({}, keyed);
      expect(again.status).toBe(201);
      const { endpointId, secretId, secret } = again.data as Record<string, string>;
      const { endpointSecrets } = world.vault;
      expect(await endpointSecrets.signing(endpointId ?? '', secretId ?? '')).toEqual([secret]);
    },
  );

  it('is refused for the 101st endpoint of a tenant, and not for a repeat', async () => {
    await register({}, keyed);
    for (let count = 1; count < 100; count += 1) await registered(world);
    const more = await register();
    expect([more.status, more.code]).toEqual([409, 'TOO_MANY_ENDPOINTS']);
    expect((await register({}, keyed)).status).toBe(200);
    expect((await register({}, {}, 'key-shop-all')).status).toBe(201);
  });

  it('of a removed endpoint is refused, and makes no secret', async () => {
    const { data } = await register({}, keyed);
    const endpointId = String(data['endpointId']);
    await world.call('DELETE', `/webhook-endpoints/${endpointId}`);
    const again = await register({}, keyed);
    expect([again.status, again.code]).toEqual([409, 'ENDPOINT_REMOVED']);
    expect(await world.vault.endpointSecrets.signing(endpointId, null)).toEqual([]);
  });
});

const template = (text: string, contentType = 'application/json') => ({
  templates: [{ contentType, text }],
});

describe('settings that cannot be', () => {
  it.each([
    ['http://merchant.example/hook', 'https://'],
    ['ftp://merchant.example/', 'neither https nor http'],
    ['merchant.example/hook', 'scheme'],
    ['https://', 'no host'],
    ['https://localhost/hook', 'inside of a network'],
    ['https://printer.local/', 'inside of a network'],
    ['https://127.0.0.1/', 'public Internet'],
    ['https://2130706433/', 'public Internet'],
    ['https://0x7f.1/', 'public Internet'],
    ['https://[::1]/', 'public Internet'],
    ['https://[::ffff:127.0.0.1]/', 'public Internet'],
    ['https://169.254.169.254/latest/meta-data/', 'public Internet'],
    ['https://10.0.0.7/', 'public Internet'],
    ['https://metadata.google.internal/', 'inside of a network'],
    ['https://user:pass@merchant.example/', 'user name or password'],
    ['https://merchant.example:8443/', 'port 8443'],
    ['https://merchant.example/#part', '# part'],
    ['https://merchant.example/a b', 'space'],
  ])('the URL %s is refused and says why', async (url, why) => {
    const { status, code, message } = await register({ url });
    expect([status, code]).toEqual([400, 'URL_NOT_ALLOWED']);
    expect(message).toContain(why);
    expect(world.endpoints.asked).toEqual([]);
  });

  it.each([
    ['{"a": "{{orderNo}}', 'NOT_JSON', 1],
    ['{"a":\n {{orderNo}} }', 'NOT_JSON', 1],
    ['{\n"a": "{{#orderNo}}x{{/orderNo}}"}', 'FIELD_ALWAYS_THERE', 2],
    ['{"a": "{{secret}}"}', 'FIELD_UNKNOWN', 1],
    ['{"a": "{{constructor}}"}', 'FIELD_UNKNOWN', 1],
    ['{"a": "{{{orderNo}}}"}', 'NOT_ESCAPED', 1],
    ['\n\n{{> other}}', 'PARTIAL', 3],
    ['{{=<% %>=}}', 'DELIMITERS', 1],
    ['{{#currency}}', 'NOT_CLOSED', 1],
  ])('the template %j is refused with %s', async (text, why, line) => {
    const { status, code, message } = await register(template(text));
    expect([status, code]).toEqual([400, 'TEMPLATE_INVALID']);
    expect(message).toContain(`templates.0, line ${line}: `);
    const { data } = await world.call('POST', '/webhook-templates/preview', {
      body: { text, contentType: 'application/json' },
    });
    expect(data).toMatchObject({ rendered: null, problems: [{ code: why, line }] });
  });

  it.each([
    [{ events: ['payment.paid'] }, 'payment.succeeded'],
    [{ events: [] }, 'one type at least'],
    [{ events: 'payment.succeeded' }, 'list of types'],
    [{ intervals: ['30 seconds'] }, 'a wait is such as 30s'],
    [{ intervals: ['30s', ''] }, 'a wait is such as 30s'],
    [{ intervals: ['30s,1m'] }, 'a wait is such as 30s'],
    [{ intervals: ['500ms'] }, '1s to 72h'],
    [{ intervals: ['73h'] }, '1s to 72h'],
    [{ intervals: ['48h', '25h'] }, '72h together'],
    [{ intervals: Array.from({ length: 26 }, () => '1s') }, 'at most 25'],
    [{ timeoutSeconds: 61 }, 'timeoutSeconds'],
    [{ timeoutSeconds: 1.5 }, 'timeoutSeconds'],
    [{ concurrency: 65 }, 'concurrency'],
    [{ ratePerSecond: 0 }, 'ratePerSecond'],
    [{ bodyStyle: 'XML' }, 'bodyStyle'],
    [{ unknown: 1 }, 'unknown field "unknown"'],
    [template('x', 'text/plain\r\nX-A: b'), 'contentType'],
    [{ bodyEncoding: 'FORM' }, 'needs bodyStyle FLAT'],
    [{ signatureField: true }, 'needs bodyStyle FLAT'],
    [
      {
        templates: [
          ...template('a', 'text/plain').templates,
          ...template('b', 'text/plain').templates,
        ],
      },
      'one for each',
    ],
  ])('%j are refused and say what to do', async (over, why) => {
    const { status, message } = await register(over);
    expect(status).toBe(400);
    expect(message).toContain(why);
    expect(world.endpoints.asked).toEqual([]);
  });

  it('are every tenant’s events for a merchant, and for another tenant than the platform', async () => {
    for (const asked of [
      register({ everyTenant: true }, {}, 'key-shop-all'),
      world.call('POST', '/webhook-endpoints?tenant=shop', {
        body: { ...settings, everyTenant: true },
      }),
    ])
      expect(await asked).toMatchObject({ status: 400, code: 'INVALID_PARAMETER' });
    expect((await register({ everyTenant: true })).status).toBe(201);
  });
});
