import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { catalogue } from '../catalogue.ts';
import { createCodec } from '../codec.ts';
import { createMemorySchemaIds } from '../schema-ids.ts';
import { topics } from '../topics.ts';

const record = 'plumbline.payments.GatewayCallbackRecorded';
const topic = topics.paymentsEvents.name;

const firstVersion = (): string => {
  const url = new URL(`../../golden/${record}.v1.json`, import.meta.url);
  return (JSON.parse(readFileSync(url, 'utf8')) as { readonly schema: string }).schema;
};

const callback = (code: string | null): object => ({
  ...{ payNo: 'PAY-a', orderNo: 'a', channel: 'LAKALA', reference: 'R-a', callbackId: 'n-1' },
  ...{ refundReference: null, rawPayload: 'enc:v1:key:c2FtcGxl', result: 'FAILED', code },
  ...{ currentStatus: null, receivedAt: 1_735_689_600_123 },
  answer: {
    ...{ result: 'PAID', code: null, message: null, gatewayTransactionId: 'T-a', handle: null },
    ...{ payUrl: null, amountMinor: 9_990n, currency: 'CNY', occurredAt: null },
    ...{ refundedMinor: null, gatewayRefundId: null },
  },
});

/** Written by the version's own schema, read by today's code. */
async function readAgain(schema: string | undefined, data: object): Promise<object> {
  const schemaIds = createMemorySchemaIds();
  const old = schema === undefined ? {} : { [record]: schema };
  const writer = createCodec(schemaIds, {
    catalogue: { ...catalogue, schemas: { ...catalogue.schemas, ...old } },
  });
  await writer.prepare([topic]);
  const value = writer.encode(topic, { type: 'GatewayCallbackRecorded', data });
  const reader = createCodec(schemaIds);
  await reader.learn(value.readUInt32BE(1));
  return reader.decode(topic, value).data;
}

it.each([
  ['OTHER_MERCHANT', false],
  [null, true],
  ['REPORT_MISMATCHED', true],
  ['NOTHING_NEW', true],
  ['REFUND_ASKED_ABOUT', true],
  ['PAYMENT_NOT_FOUND', null],
  ['CALLBACK_NOT_APPLICABLE', null],
  ['WRITTEN_BY_NOBODY', null],
])('a callback of version 1 with %s named us: %s', async (code, merchantMatches) => {
  const read = await readAgain(firstVersion(), callback(code));
  expect(read).toStrictEqual({ ...callback(code), merchantMatches });
});

it('leaves what a newer version wrote as it is', async () => {
  const data = { ...callback('OTHER_MERCHANT'), merchantMatches: null };
  expect(await readAgain(undefined, data)).toStrictEqual(data);
});
