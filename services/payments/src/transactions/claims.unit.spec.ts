import type { PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { partitionOfRecordKey } from '@plumbline/kernel';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { gatewayCallsTopology } from '../worker/waiting-calls.ts';
import { transactionKeyOf } from './claims.ts';
import { contradicted, requested, succeeded } from './testing-events.ts';

const topic = topics.paymentsEvents.name;
const claimsTopic = topics.transactionsEvents.name;
let driver: TestDriver;

beforeEach(async () => {
  driver = await createTestDriver(gatewayCallsTopology);
});

const pay = (orderNo: string, ...events: readonly PaymentsEvent[]): void => {
  for (const payload of events) driver.pipeInput({ topic, key: `main/${orderNo}`, payload });
};
const claims = () => driver.readOutput(claimsTopic);

describe('a payment that a gateway is asked about', () => {
  it('claims the transaction that paid it, under the key of the transaction', () => {
    pay('O-1', requested('PAY1', 'LAKALA'));
    expect(claims()).toEqual([]);
    driver.pipeInput({
      ...{ topic, key: 'main/O-1', payload: succeeded('PAY1', 'T-7') },
      envelope: { id: 'p2', correlationId: 'x' },
    });
    expect(claims()).toMatchObject([
      {
        key: 'LAKALA:T-7',
        envelope: {
          ...{ causationId: 'p2', correlationId: 'x', subject: 'PAY1' },
          actor: 'system:gateway-calls',
        },
        payload: {
          type: 'GatewayTransactionClaimed',
          data: {
            ...{ channel: 'LAKALA', gatewayTransactionId: 'T-7', payNo: 'PAY1' },
            ...{ tenant: 'main', orderNo: 'O-1', paymentEventId: 'p2' },
          },
        },
      },
    ]);
  });

  it('claims on the partition of the transaction, not on that of its order', async () => {
    const home = partitionOfRecordKey('main/O-1', 4);
    const other = ['T-1', 'T-2', 'T-3', 'T-4', 'T-5'].find(
      (id) => partitionOfRecordKey(transactionKeyOf({ channel: 'MOCK' }, id), 4) !== home,
    );
    driver = await createTestDriver(gatewayCallsTopology, { partition: home });
    pay('O-1', requested('PAY1'), succeeded('PAY1', other ?? ''));
    const [claim] = claims();
    expect(claim?.partition).toBe(partitionOfRecordKey(`MOCK:${other ?? ''}`, 4));
    expect(claim?.partition).not.toBe(home);
  });

  it('claims when money shows after it had ended unpaid, once however often it is said', () => {
    const late = contradicted('PAY1', { reportedStatus: 'SUCCESS', channelTradeNo: 'T-7' });
    pay('O-1', requested('PAY1'), late, late);
    expect(claims().map(({ key }) => key)).toEqual(['MOCK:T-7']);
  });

  it.each([
    ['a report of failure', { reportedStatus: 'FAILED', channelTradeNo: 'T-7' }],
    ['money without a number', { reportedStatus: 'SUCCESS', channelTradeNo: null }],
  ] as const)('claims nothing by %s', (_what, said) => {
    pay('O-1', requested('PAY1'), contradicted('PAY1', said));
    expect(claims()).toEqual([]);
  });

  it('into a personal account claims by its account, whose numbers are its own', () => {
    const into = (payNo: string, account: string): PaymentsEvent => {
      const event = requested(payNo, 'PERSONAL');
      return { ...event, data: { ...event.data, account } } as PaymentsEvent;
    };
    pay('O-1', into('PAY1', '1000.1'), succeeded('PAY1', 'wx123'));
    pay('O-2', into('PAY2', '1000.1.2'), succeeded('PAY2', 'wx123'));
    pay('O-3', into('PAY3', '1000.2'), succeeded('PAY3', 'wx123'));
    expect(claims()).toMatchObject([
      { key: 'PERSONAL:1000.1:wx123', payload: { data: { gatewayTransactionId: 'wx123' } } },
      { key: 'PERSONAL:1000.1:wx123' },
      { key: 'PERSONAL:1000.2:wx123' },
    ]);
  });

  it('claims each transaction that the gateway says has paid it', () => {
    const said = { reportedStatus: 'SUCCESS', channelTradeNo: 'T-1' } as const;
    pay('O-1', requested('PAY1'), contradicted('PAY1', said));
    pay('O-1', contradicted('PAY1', { ...said, channelTradeNo: 'T-2' }));
    expect(claims().map(({ key }) => key)).toEqual(['MOCK:T-1', 'MOCK:T-2']);
  });

  it('claims after a takeover what it had asked for before, under the id that it would have had', async () => {
    const undisturbed = driver;
    pay('O-1', requested('PAY1'), succeeded('PAY1', 'T-7'));
    const expected = undisturbed.readOutput(claimsTopic);
    driver = await createTestDriver(gatewayCallsTopology);
    pay('O-1', requested('PAY1'));
    driver.restart();
    pay('O-1', succeeded('PAY1', 'T-7'));
    driver.restart();
    expect(claims()).toEqual(expected);
    expect(expected).toHaveLength(1);
  });
});

describe('a payment that people serve by hand', () => {
  it('claims nothing: numbers that are typed prove nothing', () => {
    pay('O-1', succeeded('PAY1', 'MOCK_1'));
    pay('O-2', succeeded('PAY2', 'MOCK_1'));
    expect(claims()).toEqual([]);
    expect(driver.readOutput(gatewayCallsTopology.deadLetters)).toEqual([]);
  });
});
