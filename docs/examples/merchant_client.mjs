/**
 * Takes a payment through the merchant API, reads its result from the stream, and gives half back.
 *
 *   npm install axios redis
 *   node merchant_client.mjs
 *
 * Settings come from the environment; without any it is the app demo_app of the local stack.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { URLSearchParams } from 'node:url';
import axios from 'axios';
import { createClient } from 'redis';

const appId = process.env.PLUMBLINE_APP_ID ?? 'demo_app';
const group = 'main_app';

const api = axios.create({
  baseURL: process.env.PLUMBLINE_API ?? 'http://127.0.0.1:8083/api/v1',
  headers: { Authorization: `Bearer ${process.env.PLUMBLINE_API_KEY ?? 'local-merchant-key'}` },
  timeout: 10_000,
});
const streams = createClient({ url: process.env.REDIS_URL ?? 'redis://127.0.0.1:16379' });

async function createPaymentOrder(merchantOrderId, amount) {
  const { data } = await api.post('/payment-orders', {
    app_id: appId,
    merchant_order_id: merchantOrderId,
    amount,
    order_type: 'payment',
    subject: 'Plumb bob, brass',
    currency: 'CNY',
    extra_data: { return_url: 'https://shop.example/orders' },
  });
  return data;
}

async function waitUntilProcessing(merchantOrderId) {
  for (;;) {
    const path = `/payment-orders/${merchantOrderId}`;
    const { data } = await api.get(path, { params: { app_id: appId } });
    if (data.status !== 'pending') return data;
    await sleep(1_000);
  }
}

async function requestRefund(paymentOrderId, amount) {
  const { data } = await api.post('/refund-orders', {
    app_id: appId,
    payment_order_id: paymentOrderId,
    amount,
    reason: null,
  });
  return data;
}

async function createGroup(stream) {
  try {
    await streams.xGroupCreate(stream, group, '0', { MKSTREAM: true });
  } catch (error) {
    if (!error.message.includes('BUSYGROUP')) throw error;
  }
}

/** Reads until the payment or refund has ended; entries of other apps are skipped. */
async function finalResult(stream, key, wanted) {
  const from = { key: stream, id: '>' };
  for (;;) {
    try {
      const options = { COUNT: 1, BLOCK: 1_000 };
      const answer = await streams.xReadGroup(group, `${appId}_consumer`, from, options);
      for (const { messages } of answer ?? []) {
        for (const { id, message } of messages) {
          const isWanted = message.app_id === appId && message[key] === wanted;
          if (isWanted)
            console.log(`${message.event_type}: ${message.old_status} -> ${message.new_status}`);
          if (message.app_id !== appId) console.log(`skipped an entry of ${message.app_id}`);
          await streams.xAck(stream, group, id);
          if (isWanted && ['succeeded', 'failed'].includes(message.new_status)) return message;
        }
      }
    } catch (error) {
      console.error(`cannot read ${stream}: ${error.message}`);
      await sleep(1_000);
    }
  }
}

/** What a browser sends when the first button of the page is pressed. */
async function payAsAPayerWould(paymentUrl) {
  const { data: page } = await axios.get(paymentUrl);
  const [, name, value] = /<button name="([^"]+)" value="([^"]+)"/.exec(page);
  await axios.post(paymentUrl, new URLSearchParams({ [name]: value }), {
    maxRedirects: 0,
    validateStatus: (status) => status < 400,
  });
}

await streams.connect();
for (const stream of ['payment_results', 'refund_results']) await createGroup(stream);
const merchantOrderId = `ORDER_${randomUUID().slice(0, 16)}`;
const created = await createPaymentOrder(merchantOrderId, 10_000);
console.log(`payment order ${created.id} is ${created.status}`);
const order = await waitUntilProcessing(merchantOrderId);
console.log(`payment order ${order.id} is ${order.status}`);
await payAsAPayerWould(order.extra_data.payment_url);
const paid = await finalResult('payment_results', 'payment_order_id', order.id);
console.log(`paid ${paid.amount} as ${paid.gateway_transaction_id}`);
const refund = await requestRefund(order.id, 5_000);
console.log(`refund order ${refund.id} is ${refund.status}`);
const refunded = await finalResult('refund_results', 'refund_order_id', refund.id);
console.log(`refunded ${refunded.amount} as ${refunded.gateway_refund_id}`);
await streams.close();
