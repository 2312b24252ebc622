import { PostgresDown } from '@plumbline/postgres';
import { describe, expect, it } from 'vitest';
import type { ToldNotification } from '../deliveries/due-index.ts';
import type { LaneSettings } from '../lanes/lane-settings.ts';
import type { DueDelivery, Prepared } from '../worker/port.ts';
import type { LaneEndpoint } from './prepare.ts';
import { createPrepare } from './prepare.ts';
import { newWebhookSecret, verifyWebhook } from './signature.ts';

const nowMs = Date.UTC(2026, 10, 22);
const secret = newWebhookSecret(Buffer.alloc(32, 1));
const endpointId = 'ep_shop_0123456789abcdef01234567';

const told: ToldNotification = {
  ...{ notificationId: 'n1', endpointId, callbackUrl: null, sequence: 3n },
  content: {
    ...{ type: 'payment.succeeded', sourceEventId: 'e1', tenant: 'shop', orderNo: 'H1' },
    ...{ paymentId: 'P1', refundId: null, amountMinor: 1_200n, currency: 'JPY', data: null },
    ...{ status: 'SUCCESS', paymentMethod: 'PAYPAY', transactionId: 'T1', occurredAt: nowMs },
  },
};
const dueOf = (notification: ToldNotification): DueDelivery => ({
  ...{ key: 'shop/H1', notificationId: 'n1', laneKey: endpointId, attempt: 1, isFirst: true },
  ...{ dueMs: 5, orderKey: 'shop/H1', correlationId: 'c', traceparent: null, notification },
});
const settingsOf = (over: Partial<LaneEndpoint> = {}): LaneSettings => ({
  ...{ status: 'ACTIVE', concurrencyMax: null, ratePerSecond: null, timeoutMs: null },
  settings: {
    ...{ url: 'https://shop.example/hook', description: null, events: ['*'], everyTenant: false },
    ...{ bodyStyle: 'EVENT', bodyEncoding: 'JSON', signatureField: false, inOrder: false },
    ...{ intervalsMs: null, timeoutMs: null, concurrencyMax: null, ratePerSecond: null },
    ...{ templates: [], tenant: 'shop', secretId: 's1', ...over },
  } satisfies LaneEndpoint,
});

const prepareWith = (
  signing: () => Promise<readonly string[]> = () => Promise.resolve([secret]),
  ownSecret: string | null = secret,
) => createPrepare({ secrets: { signing }, ownSecret, nowMs: () => nowMs });

function readyOf(prepared: Prepared): Extract<Prepared, { readonly kind: 'ready' }> {
  if (prepared.kind !== 'ready') throw new Error(`not ready: ${JSON.stringify(prepared)}`);
  return prepared;
}
const bodyOf = async (settings: LaneSettings, notification = told) => {
  const prepared = readyOf(await prepareWith()(dueOf(notification), settings));
  return { text: prepared.body.toString('utf8'), type: prepared.headers['content-type'] };
};

describe('the request of an attempt', () => {
  it('goes to the endpoint, signed over the bytes that are sent', async () => {
    const { url, headers, body } = readyOf(await prepareWith()(dueOf(told), settingsOf()));
    expect(url).toBe('https://shop.example/hook');
    expect(headers['webhook-id']).toBe('n1');
    expect(verifyWebhook({ secrets: [secret], headers, body, nowMs })).toEqual({ ok: true });
    expect(JSON.parse(body.toString('utf8'))).toMatchObject({
      ...{ type: 'payment.succeeded', id: 'n1', sequence: 3 },
      data: { paymentId: 'P1', amount: '1200', currency: 'JPY' },
    });
  });

  it("is contract 2's own where a caller named a URL, with two decimals and our signature", async () => {
    const content = { ...told.content, amountMinor: 10_000n, currency: null };
    const asked = { ...told, endpointId: null, callbackUrl: 'https://a.example/', content };
    const { url, headers, body } = readyOf(await prepareWith()(dueOf(asked), null));
    expect(url).toBe('https://a.example/');
    expect(Object.entries(JSON.parse(body.toString('utf8')) as object)).toEqual([
      ...[['paymentId', 'P1'] as const, ['orderNo', 'H1'] as const, ['amount', '100.00'] as const],
      ...[['status', 'SUCCESS'] as const, ['paymentMethod', 'PAYPAY'] as const],
      ...[['transactionId', 'T1'] as const, ['timestamp', '2026-11-22T00:00:00.000Z'] as const],
    ]);
    expect(verifyWebhook({ secrets: [secret], headers, body, nowMs })).toEqual({ ok: true });
    const unsigned = readyOf(await prepareWith(undefined, null)(dueOf(asked), null));
    expect(unsigned.headers).not.toHaveProperty('webhook-signature');
  });

  it('has the body that the endpoint asked for', async () => {
    const flat = await bodyOf(settingsOf({ bodyStyle: 'FLAT', bodyEncoding: 'FORM' }));
    expect(flat.type).toBe('application/x-www-form-urlencoded');
    expect(flat.text).toContain('paymentId=P1&orderNo=H1&amount=1200');
    const signed = await bodyOf(settingsOf({ bodyStyle: 'FLAT', signatureField: true }));
    expect(JSON.parse(signed.text)).toHaveProperty('signature');
  });

  it('takes the template for the channel, else the one for all others', async () => {
    const template = (payWay: string | null, text: string) => ({
      ...{ payWay, contentType: 'text/plain', text },
    });
    const templates = [template(null, 'any {{orderNo}}'), template('PAYPAY', 'own {{orderNo}}')];
    const settings = settingsOf({ templates });
    expect((await bodyOf(settings)).text).toBe('own H1');
    const other = { ...told, content: { ...told.content, paymentMethod: 'LAKALA' } };
    expect((await bodyOf(settings, other)).text).toBe('any H1');
  });

  it('is an event where it is about no payment, whatever the endpoint asked for', async () => {
    const data = '{"alertId":"a1"}';
    const alert = { ...told, content: { ...told.content, type: 'alert.raised', data } };
    const { text } = await bodyOf(settingsOf({ bodyStyle: 'FLAT' }), alert);
    expect(JSON.parse(text)).toMatchObject({ type: 'alert.raised', data: { alertId: 'a1' } });
  });

  it('is not made for an endpoint that is gone, and later where its secret cannot be had', async () => {
    expect(await prepareWith()(dueOf(told), null)).toMatchObject({
      ...{ kind: 'undeliverable', code: 'ENDPOINT_REMOVED' },
    });
    const away = prepareWith(() => Promise.reject(new PostgresDown('away')));
    expect(await away(dueOf(told), settingsOf())).toMatchObject({ kind: 'later' });
    const none = prepareWith(() => Promise.resolve([]));
    expect(await none(dueOf(told), settingsOf())).toMatchObject({ kind: 'later' });
  });

  it('is undeliverable where a template makes too much', async () => {
    const text = '{{orderNo}}'.repeat(1_400);
    const templates = [{ payWay: null, contentType: 'text/plain', text }];
    const content = { ...told.content, orderNo: 'H'.repeat(60) };
    const prepared = await prepareWith()(dueOf({ ...told, content }), settingsOf({ templates }));
    expect(prepared).toMatchObject({ kind: 'undeliverable', code: 'BODY_TOO_LARGE' });
  });
});
