import { randomUUID } from 'node:crypto';
import { silentLogger } from '@plumbline/observability';
import type { Postgres } from '@plumbline/postgres';
import { openPostgres, quoted, schemaOf } from '@plumbline/postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callbackIdOf, signatureOf } from '../gateways/mock/callback-signature.ts';
import { testAddress } from '@plumbline/runtime/testing';
import type { TestPayments } from '../testing/open-payments.ts';
import { openTestPayments } from '../testing/open-payments.ts';
import { paymentsProjection } from './payments.ts';

const schema = quoted(schemaOf(paymentsProjection));

let edge: TestPayments;
let postgres: Postgres;
beforeAll(async () => {
  edge = await openTestPayments();
  postgres = openPostgres({ url: testAddress('PLUMBLINE_TEST_POSTGRES'), logger: silentLogger });
});
afterAll(async () => {
  await postgres.close();
  await edge.close();
});

it('keeps the payment and its callbacks as contract 1 describes the tables', async () => {
  const orderNo = `T${randomUUID().replaceAll('-', '').slice(0, 20)}`;
  const { json } = await edge.post('/payments', { orderNo, amount: 1234567.8 });
  const payNo = String(json.data?.['payNo']);
  const report = (callbackStatus: string, signature?: string) => {
    const fields = { payNo, callbackStatus, timestamp: '1704114000000', nonce: 'n' };
    const signed = signature ?? signatureOf(fields, 'local-callback-secret');
    return edge.post('/payments/mock-callback', { ...fields, signature: signed });
  };
  expect((await report('SUCCESS', 'F'.repeat(32))).status).toBe(401);
  expect((await report('SUCCESS')).status).toBe(200);
  expect((await report('SUCCESS')).status).toBe(200);
  expect((await report('FAILED')).status).toBe(200);
  await edge.get(`/payments/${payNo}`);

  const [payment] = await postgres.query(
    `select id, pay_no, order_no, amount, amount_minor, status, channel, channel_trade_no,
            paid_at is not null as paid, contradicted
       from ${schema}.payments where pay_no = ?`,
    [payNo],
  );
  expect(payment).toEqual({
    ...{ id: BigInt(Number(json.data?.['id'])), pay_no: payNo, order_no: orderNo },
    ...{ amount: '1234567.80', amount_minor: 123_456_780n, status: 'SUCCESS', channel: 'MOCK' },
    ...{ channel_trade_no: `MOCK_${payNo}`, paid: true, contradicted: true },
  });

  const log = await postgres.query(
    `select callback_id, claimed_callback_id, callback_status, signature_valid, process_result,
            contradictory, raw_payload like 'enc:v1:%' as encrypted
       from ${schema}.callback_log where pay_no = ? order by received_at, process_result desc`,
    [payNo],
  );
  const id = callbackIdOf({ payNo, timestamp: '1704114000000', nonce: 'n' });
  const common = { claimed_callback_id: id, signature_valid: true, encrypted: true };
  expect(log).toEqual([
    {
      ...common,
      ...{ callback_id: id, callback_status: 'SUCCESS', process_result: 'PROCESSED' },
      contradictory: false,
    },
    {
      ...common,
      ...{ callback_id: null, callback_status: 'FAILED', process_result: 'IGNORED' },
      contradictory: true,
    },
  ]);

  const refused = () =>
    postgres.query(
      `select claimed_callback_id, signature_valid, process_result, code
         from refused_callbacks_v1.refused_callbacks where pay_no = ?`,
      [payNo],
    );
  await expect.poll(refused).toEqual([
    {
      ...{ claimed_callback_id: id, signature_valid: false, process_result: 'FAILED' },
      code: 'SIGNATURE_INVALID',
    },
  ]);
});
