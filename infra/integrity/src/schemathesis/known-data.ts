import { randomUUID } from 'node:crypto';
import { silentLogger } from '@plumbline/observability';
import { openPostgres } from '@plumbline/postgres';
import { apiScopes, createApiKeyRows, issueApiKey, vaultSql } from '@plumbline/vault';
import type { Json } from '../world/gateway-world.ts';
import { pressPay, until } from '../world/gateway-world.ts';
import type { examine } from './run-schemathesis.ts';

/** The one app and key that everybody has in the local stack. */
export const apiKey = 'local-merchant-key';
const appId = 'demo_app';

const shownWithinMs = 30_000;

/**
 * An order with its payment, and a merchant's order that is paid and partly given back, so that
 * requests find something to read and to change. Gives what they are known by, as parameters.
 *
 * Errors: any answer but the expected one.
 */
export async function makeKnownData(urls: {
  readonly orders: string;
  readonly payments: string;
}): Promise<Readonly<Record<string, string>>> {
  const { orders, payments } = urls;
  const orderNo = `KNOWN-${randomUUID().slice(0, 8)}`;
  const items = [{ sku: 'TEA', quantity: 1, unitAmount: 4.95 }];
  await post(`${orders}/orders`, { orderNo, items, amount: 4.95 });
  const { data } = await post(`${payments}/payments`, { orderNo, amount: 4.95 });
  const api = `${payments}/api/v1`;
  const merchantOrder = { app_id: appId, merchant_order_id: orderNo, subject: 'tea' };
  const asked = { ...merchantOrder, amount: 495, order_type: 'payment' };
  const { id } = await post(`${api}/payment-orders`, asked);
  const reached = (status: string): Promise<Json> =>
    until(
      `${orderNo} is ${status}`,
      async () => {
        const found = await call(`${api}/payment-orders/${orderNo}?app_id=${appId}`);
        return found['status'] === status ? found : null;
      },
      shownWithinMs,
    );
  const { extra_data } = await reached('processing');
  await pressPay((extra_data as Json)['payment_url']);
  await reached('succeeded');
  const refund = { app_id: appId, payment_order_id: id, amount: 100, reason: null };
  const { id: refundId } = await post(`${api}/refund-orders`, refund);
  return {
    app_id: appId,
    'body.app_id': appId,
    'path.orderNo': orderNo,
    'path.payNo': String((data as Json)['payNo']),
    'path.merchant_order_id': orderNo,
    'path.refund_order_id': String(refundId),
    'body.payment_order_id': String(id),
    'path.code': 'PAYMENT_NOT_FOUND',
    'path.gateway': 'lakala',
  };
}

/** What the local stack knows merchant 1000 by. */
export const monitorKey = 'local-monitor-key';

/**
 * An order that waits for money on the local stack's account, and money on it that is nobody's. Gives
 * what they are known by, as parameters.
 *
 * Errors: any answer but the expected one.
 */
export async function makeKnownMoney(urls: {
  readonly payments: string;
  readonly monitor: string;
}): Promise<Readonly<Record<string, string>>> {
  const orderId = `KNOWN-${randomUUID().slice(0, 8)}`;
  await post(`${urls.payments}/payments`, { orderNo: orderId, amount: 4.95, channel: 'PERSONAL' });
  const platformOrder = `wx-${orderId}`;
  const of = { pid: '1000', aid: '1', payway: 'wxpay', channel: 'wxpay1#1001' };
  const seen = { ...of, price: 4.94, platformOrder, rawPayload: '{}' };
  await post(`${urls.monitor}/api/monitor/records`, seen, monitorKey);
  const known = { pid: of.pid, aid: of.aid, orderId, platformOrder };
  const client = { pid: of.pid, clientId: 'mc_known', name: 'examined' };
  await post(`${urls.monitor}/api/monitor/clients`, client, monitorKey);
  return Object.fromEntries([
    ...Object.entries(known).map(([name, value]) => [`path.${name}`, value] as const),
    ['query.pid', of.pid],
    ['path.clientId', client.clientId],
    ...Object.entries(of).map(([name, value]) => [`body.${name}`, value] as const),
  ]);
}

/**
 * An endpoint with one notification, and one that a caller named the URL of: both go to the process's
 * own mock merchant. The endpoint is of an app of its own, since an examination uses up all that an app
 * may have. Gives the key of the app, and what the two are known by, as parameters.
 *
 * Errors: any answer but the expected one.
 */
export async function makeKnownNotifications(of: {
  readonly url: string;
  readonly postgresUrl: string;
}): Promise<Pick<Parameters<typeof examine>[0], 'apiKey' | 'known'>> {
  const { url } = of;
  const ownKey = await newKey(of.postgresUrl);
  const base = `${url}/payment-retry/api/payment`;
  const hook = `${base}/callback/mock`;
  const endpoints = `${url}/api/v1/webhook-endpoints`;
  const orderNo = `KNOWN-${randomUUID().slice(0, 8)}`;
  const [paymentId, paymentMethod] = [`P-${orderNo}`, 'MOCK'];
  const told = { paymentId, orderNo, amount: '4.95', status: 'SUCCESS', callbackUrl: hook };
  await post(`${base}/notification`, { ...told, paymentMethod });
  const registered = await post(endpoints, { url: hook, events: ['*'] }, ownKey);
  const { endpointId } = registered['data'] as Json;
  const tested = await post(`${endpoints}/${String(endpointId)}/test`, {}, ownKey);
  const { notificationId } = tested['data'] as Json;
  const known = {
    'path.paymentId': paymentId,
    'path.orderNo': orderNo,
    'path.endpointId': String(endpointId),
    'path.notificationId': String(notificationId),
  };
  return { apiKey: ownKey, known };
}

async function newKey(postgresUrl: string): Promise<string> {
  const postgres = openPostgres({ url: postgresUrl, logger: silentLogger });
  try {
    const asked = { appId: `known_${randomUUID().slice(0, 8)}`, name: 'examined' };
    const rows = createApiKeyRows(vaultSql(postgres));
    const { text } = await issueApiKey(
      { ...asked, scopes: apiScopes, expiresAtMs: null },
      { rows, tenant: 'main', nowMs: Date.now },
    );
    return text;
  } finally {
    await postgres.close();
  }
}

const post = (url: string, body: object, key = apiKey): Promise<Json> =>
  call(url, { method: 'POST', body: JSON.stringify(body) }, key);

async function call(url: string, init: RequestInit = {}, key = apiKey): Promise<Json> {
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
  const response = await fetch(url, { ...init, headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
  return JSON.parse(text) as Json;
}
