import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { randomInt } from 'node:crypto';
import { callbackIdOf, isSignature } from '@plumbline/payments';
import type { Postgres } from '@plumbline/postgres';
import type { Response } from 'express';
import express from 'express';
import { z } from 'zod';
import type { PlainGateway } from './gateway.ts';
import type { PlainSettings } from './settings.ts';

const lifetimeMs = 30 * 60_000;

const creation = z.object({
  orderNo: z.string().min(1).max(32),
  amount: z.string().regex(/^\d{1,10}(\.\d{1,2})?$/),
  channel: z.literal('MOCK').default('MOCK'),
});

const callback = z.object({
  payNo: z.string().max(32),
  callbackStatus: z.enum(['SUCCESS', 'FAILED']),
  channelTradeNo: z.string().max(64).nullish(),
  timestamp: z.string().regex(/^\d{1,15}$/),
  nonce: z.string().max(128),
  signature: z.string().max(64),
});

interface Row {
  readonly pay_no: string;
  readonly order_no: string;
  readonly amount: string;
  readonly status: string;
  readonly channel: string;
  readonly expire_at: Date;
  readonly created_at: Date;
}

/** Contract 1's creation and callback. */
export async function listenPlain(of: {
  readonly postgres: Postgres;
  readonly gateway: PlainGateway;
  readonly settings: PlainSettings;
}): Promise<{ close(): Promise<void> }> {
  const { settings } = of;
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(express.json({ limit: '8kb' }));
  app.post('/payments', async (request, response) => {
    await create(of, request.body, response);
  });
  app.post('/payments/mock-callback', async (request, response) => {
    await report(of, request.body, response);
  });
  const server = app.listen(settings.port, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  if (port !== settings.port) throw new Error(`port ${settings.port} is taken`);
  return {
    async close() {
      server.close();
      server.closeIdleConnections();
      await once(server, 'close');
    },
  };
}

const payNo = (): string =>
  `PAY${Date.now()}${String(randomInt(100_000)).padStart(5, '0')}${String(randomInt(1e9)).padStart(9, '0')}`;

/** Ids are 64 bits wide; JSON takes them as text. */
const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? String(each) : each));

const outbox = 'insert into plain.outbox (key, type, payload) values (?, ?, ?)';

async function create(
  { postgres, gateway }: { readonly postgres: Postgres; readonly gateway: PlainGateway },
  body: unknown,
  response: Response,
): Promise<void> {
  const asked = creation.safeParse(body);
  if (!asked.success) {
    response.status(400).json({ code: 'INVALID_PARAMETER', message: asked.error.message });
    return;
  }
  const { orderNo, amount, channel } = asked.data;
  const expireAtMs = Date.now() + lifetimeMs;
  const { row, isNew } = await postgres.transaction(async (sql) => {
    const [made] = await sql.query<Row>(
      `insert into plain.payments (pay_no, order_no, amount, status, channel, expire_at)
       values (?, ?, ?::numeric, 'INIT', ?, ?) on conflict (order_no) do nothing returning *`,
      [payNo(), orderNo, amount, channel, new Date(expireAtMs).toISOString()],
    );
    if (made !== undefined) {
      await sql.query(outbox, [orderNo, 'PaymentCreated', jsonOf(made)]);
      return { row: made, isNew: true };
    }
    const [found] = await sql.query<Row>('select * from plain.payments where order_no = ?', [
      orderNo,
    ]);
    return { row: found, isNew: false };
  });
  if (row === undefined) throw new Error(`${orderNo} is there and not there`);
  if (Number(row.amount) !== Number(amount) || row.channel !== channel) {
    response.status(409).json({ code: 'PAYMENT_PARAMETERS_DIFFER', message: 'other parameters' });
    return;
  }
  response.type('json').send(jsonOf({ code: '00000', message: 'success', data: row }));
  const amountMinor = BigInt(Math.round(Number(row.amount) * 100));
  if (isNew) gateway.announce({ payNo: row.pay_no, orderNo, amountMinor, expireAtMs });
}

async function report(
  { postgres, settings }: { readonly postgres: Postgres; readonly settings: PlainSettings },
  body: unknown,
  response: Response,
): Promise<void> {
  const read = callback.safeParse(body);
  if (!read.success) {
    response.status(400).json({ code: 'INVALID_PARAMETER', message: read.error.message });
    return;
  }
  const said = read.data;
  if (!isSignature(said.signature, said, settings.secret)) {
    response.status(401).json({ code: 'SIGNATURE_INVALID', message: 'the signature is wrong' });
    return;
  }
  const { payNo: number, callbackStatus } = said;
  const result = await postgres.transaction(async (sql) => {
    const [moved] = await sql.query<Row>(
      `update plain.payments
          set status = ?, channel_trade_no = ?, paid_at = case when ? = 'SUCCESS' then now() end,
              version = version + 1
        where pay_no = ? and status in ('INIT', 'PAYING') returning *`,
      [callbackStatus, said.channelTradeNo ?? null, callbackStatus, number],
    );
    const [logged] = await sql.query(
      `insert into plain.callback_log
         (pay_no, callback_id, callback_status, raw_payload, signature_valid, process_result)
       values (?, ?, ?, ?, true, ?) on conflict (callback_id) do nothing returning id`,
      [
        ...[number, callbackIdOf(said), callbackStatus, JSON.stringify(said)],
        moved === undefined ? 'IGNORED' : 'PROCESSED',
      ],
    );
    if (moved === undefined || logged === undefined) return 'IGNORED';
    const type = callbackStatus === 'SUCCESS' ? 'PaymentSucceeded' : 'PaymentFailed';
    await sql.query(outbox, [moved.order_no, type, jsonOf(moved)]);
    return 'PROCESSED';
  });
  response.json({ code: '00000', message: 'success', data: { result, payNo: number } });
}
