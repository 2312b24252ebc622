import { topics } from '@plumbline/events';
import { encryptedOrDigest } from '@plumbline/kernel';
import { createTestDriver } from '@plumbline/runtime/testing';
import { expect, it } from 'vitest';
import { activeOrdersStore } from './active-index.ts';
import type { AccountCommand } from './domain/receiving/commands.ts';
import * as c from './domain/receiving/testing-commands.ts';
import { receivingTopology } from './topology.ts';

async function open() {
  const driver = await createTestDriver(receivingTopology, { startMs: c.t0 });
  const send = (payload: AccountCommand) =>
    driver.pipeInput({ topic: topics.receivingCommands.name, key: 'main/1000.1', payload });
  send(c.register());
  return {
    ...driver,
    send,
    told: () => driver.readOutput(topics.paymentsCommands.name),
    active: () => [...driver.store(activeOrdersStore)].map(([, entry]) => entry),
    outcome: () => driver.readOutput(topics.receivingOutcomes.name).at(-1)?.payload.data,
  };
}

it('tells the payment once what its money came to, in the transaction of the match', async () => {
  const driver = await open();
  driver.send(c.activate('a', 1_000n));
  driver.send(c.money('wx123', 1_000n));
  driver.restart();
  driver.send(c.money('wx123', 1_000n));
  driver.send(c.money('wx124', 1_000n));
  const told = driver.told();
  expect(told.map(({ key, envelope }) => [key, envelope.subject])).toEqual([['PAY-a', 'PAY-a']]);
  expect(told[0]?.payload).toMatchObject({
    type: 'ReportGatewayCallback',
    data: {
      ...{ payNo: 'PAY-a', channel: 'PERSONAL', reference: 'R-a', merchantMatches: true },
      ...{ refundReference: null, rawPayload: 'enc:v1:test:e30' },
      answer: {
        ...{ result: 'PAID', gatewayTransactionId: 'wx123', amountMinor: 1_000n, currency: 'CNY' },
        ...{ refundedMinor: null },
      },
    },
  });
  const answer = (driver.outcome() as { readonly answer: string }).answer;
  expect(JSON.parse(answer)).toMatchObject({ result: 'UNMATCHED', orderNo: null });
});

it('tells it of late money and of what a person matched, with what came in', async () => {
  const driver = await open();
  driver.send(c.activate('a', 1_000n));
  driver.advanceStreamTime(200_000);
  driver.send(c.money('m1', 1_000n));
  driver.send(c.money('m2', 900n));
  driver.send(c.activate('b', 1_000n, { expireAt: driver.nowMs() + 60_000 }));
  driver.send(c.match('m2', 'b'));
  const amounts = driver.told().map(({ key, payload }) => {
    const { answer, rawPayload } = payload.data as {
      readonly answer: { readonly amountMinor: bigint };
      readonly rawPayload: string;
    };
    return [key, answer.amountMinor, rawPayload];
  });
  expect(amounts).toEqual([
    ['PAY-a', 1_000n, 'enc:v1:test:e30'],
    ['PAY-b', 900n, encryptedOrDigest('')],
  ]);
});

it('keeps an entry for each order that waits, and for no other', async () => {
  const driver = await open();
  driver.send(c.activate('a', 1_000n));
  driver.send(c.activate('b', 2_000n, { cid: '3', expireAt: c.t0 + 60_000 }));
  driver.send(c.activate('d', 3_000n));
  const shared = { tenant: 'main', pid: '1000', aid: '1' };
  const a = {
    ...{ ...shared, reference: 'R-a', orderId: 'O-a', cid: '2', type: 'wxpay', pattern: 1 },
    expiresAtMs: c.t0 + 180_000,
  };
  const b = { ...a, reference: 'R-b', orderId: 'O-b', cid: '3', type: 'alipay', pattern: 0 };
  expect(driver.active()).toMatchObject([
    a,
    { ...b, expiresAtMs: c.t0 + 60_000 },
    { ...a, reference: 'R-d', orderId: 'O-d' },
  ]);
  driver.send(c.end('d'));
  driver.advanceStreamTime(70_000);
  expect(driver.active()).toEqual([a]);
  driver.restart();
  expect(driver.active()).toEqual([a]);
  driver.send(c.money('m', 1_000n));
  expect(driver.active()).toEqual([]);
});
