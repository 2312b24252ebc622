import { createHash, createHmac, createSign, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Answer } from './simulator.ts';
import { call } from './simulator.ts';

/**
 * Merchants that speak each gateway's protocol, written from the gateways' documents and not from
 * the dialects, so that the two can disagree.
 */
export function mockMerchant(url: string, secret = 'local-callback-secret') {
  const send = async (
    method: string,
    path: string,
    body?: unknown,
    change: Readonly<Record<string, string>> = {},
  ): Promise<Answer & { readonly nonce: string }> => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const timestamp = change['x-mock-timestamp'] ?? String(Date.now());
    const nonce = change['x-mock-nonce'] ?? randomBytes(16).toString('hex');
    const signature = createHmac('sha256', secret)
      .update(`${method}\n${path}\n${timestamp}\n${nonce}\n${text}`)
      .digest('hex');
    const headers = {
      'content-type': 'application/json',
      'x-mock-timestamp': timestamp,
      'x-mock-nonce': nonce,
      'x-mock-signature': signature,
      ...change,
    };
    const sent = { method, headers, ...(text !== '' && { body: text }) };
    return { ...(await call(`${url}${path}`, sent)), nonce };
  };
  const order = (reference: string, more: Readonly<Record<string, unknown>> = {}) => ({
    reference,
    amountMinor: '9999',
    currency: 'CNY',
    subject: 'Tea & cups',
    expireAt: Date.now() + 60_000,
    notifyUrl: 'http://127.0.0.1:1/',
    returnUrl: null,
    ...more,
  });
  return {
    send,
    create: (reference: string, more: Readonly<Record<string, unknown>> = {}) =>
      send('POST', '/mock/v1/payments', order(reference, more)),
    query: (reference: string) => send('GET', `/mock/v1/payments/${reference}`),
    close: (reference: string) => send('POST', `/mock/v1/payments/${reference}/close`, {}),
    refund: (reference: string, refundReference: string, amountMinor: string) =>
      send('POST', `/mock/v1/payments/${reference}/refunds`, {
        ...{ refundReference, amountMinor, currency: 'CNY', reason: null },
      }),
    queryRefund: (reference: string, refundReference: string) =>
      send('GET', `/mock/v1/payments/${reference}/refunds/${refundReference}`),
  };
}

/** Whether an answer of MOCK carries the signature that it must. */
export const mockAnswerHolds = (
  { status, nonce, text, headers }: Answer & { readonly nonce: string },
  secret = 'local-callback-secret',
): boolean =>
  headers.get('x-mock-signature') ===
  createHmac('sha256', secret).update(`${status}\n${nonce}\n${text}`).digest('hex');

export function paypayMerchant(
  url: string,
  { key = 'local-paypay-key', secret = 'local-paypay-secret' } = {},
) {
  const contentType = 'application/json;charset=UTF-8;';
  const send = (
    method: string,
    path: string,
    body?: unknown,
    change: { readonly epoch?: number; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Answer> => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const type = text === '' ? 'empty' : contentType;
    const hash =
      text === '' ? 'empty' : createHash('md5').update(type).update(text).digest('base64');
    const nonce = randomBytes(4).toString('hex');
    const epoch = String(change.epoch ?? Math.floor(Date.now() / 1_000));
    const [bare = ''] = path.split('?');
    const mac = createHmac('sha256', secret)
      .update(`${bare}\n${method}\n${nonce}\n${epoch}\n${type}\n${hash}`)
      .digest('base64');
    const headers = {
      authorization: `hmac OPA-Auth:${key}:${mac}:${nonce}:${epoch}:${hash}`,
      'x-assume-merchant': '100000000000000001',
      ...(text !== '' && { 'content-type': contentType }),
      ...change.headers,
    };
    return call(`${url}/paypay${path}`, { method, headers, ...(text !== '' && { body: text }) });
  };
  return {
    send,
    create: (merchantPaymentId: string, amount = 1_200) =>
      send('POST', '/v2/codes', {
        merchantPaymentId,
        amount: { amount, currency: 'JPY' },
        codeType: 'ORDER_QR',
        orderDescription: 'お茶',
        redirectUrl: 'https://shop.example/back',
        redirectType: 'WEB_LINK',
      }),
    query: (merchantPaymentId: string) => send('GET', `/v2/codes/payments/${merchantPaymentId}`),
    refund: (merchantRefundId: string, paymentId: unknown, amount: number) =>
      send('POST', '/v2/refunds', {
        ...{ merchantRefundId, paymentId, amount: { amount, currency: 'JPY' } },
        requestedAt: Math.floor(Date.now() / 1_000),
      }),
  };
}

/** China's time, as Lakala writes it. */
export const lakalaTime = (ms: number): string =>
  new Date(ms + 8 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14);

export async function lakalaMerchant(url: string, keys: string) {
  const privateKey = await readFile(join(keys, 'lakala-merchant-private.pem'), 'utf8');
  const send = (
    path: string,
    data: Readonly<Record<string, unknown>>,
    change: {
      readonly at?: number;
      readonly key?: string;
      readonly appid?: string;
      readonly bodySent?: string;
    } = {},
  ): Promise<Answer> => {
    const at = change.at ?? Date.now();
    const envelope = { req_time: lakalaTime(at), version: '3.0', req_data: data };
    const body = JSON.stringify(envelope);
    const [appid, serial] = [change.appid ?? 'OP00000003', '00dfba8194c41b84cf'];
    const [timestamp, nonce] = [String(Math.floor(at / 1_000)), randomBytes(6).toString('hex')];
    const signature = createSign('RSA-SHA256')
      .update(`${appid}\n${serial}\n${timestamp}\n${nonce}\n${body}\n`)
      .sign(change.key ?? privateKey, 'base64');
    const authorization =
      `LKLAPI-SHA256withRSA appid="${appid}",serial_no="${serial}",` +
      `timestamp="${timestamp}",nonce_str="${nonce}",signature="${signature}"`;
    const headers = { 'content-type': 'application/json', authorization };
    const sent = { method: 'POST', headers, body: change.bodySent ?? body };
    return call(`${url}/lakala/api/v3${path}`, sent);
  };
  const merchant = { merchant_no: '82229007392000A', term_no: 'D9296400' };
  return {
    send,
    merchant,
    create: (reference: string, more: Readonly<Record<string, unknown>> = {}) =>
      send('/ccss/counter/order/special_create', {
        ...merchant,
        out_order_no: reference,
        total_amount: 3_300,
        order_efficient_time: lakalaTime(Date.now() + 60_000),
        order_info: '茶',
        support_refund: 1,
        ...more,
      }),
    query: (reference: string) =>
      send('/ccss/counter/order/query', { ...merchant, out_order_no: reference }),
    close: (reference: string) =>
      send('/ccss/counter/order/close', { ...merchant, out_order_no: reference }),
  };
}
