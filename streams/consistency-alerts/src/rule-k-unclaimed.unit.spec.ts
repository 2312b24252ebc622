import type { AlertRaised, CallbackUnclaimed, CallbacksEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { alertIdOf } from './stores.ts';
import { consistencyAlerts } from './topology.ts';

const payNo = 'PAY1767225600000000420000000001';
const key = `platform/payment.${payNo}`;
const graceMs = 60_000;
let driver: TestDriver;

beforeEach(async () => {
  driver = await createTestDriver(consistencyAlerts);
});

const unclaimed = (waiting = 1, over: Partial<CallbackUnclaimed> = {}): CallbacksEvent => ({
  type: 'CallbackUnclaimed',
  data: {
    ...{ payNo, channel: 'ALIPAY', callbackId: `c${waiting}`, saysPaid: true, waiting },
    ...{ gatewayTransactionId: 'T-9', amountMinor: 9_990n, currency: 'CNY' },
    ...{ paymentEventId: `e${waiting}`, ...over },
  },
});
const claimed: CallbacksEvent = {
  type: 'CallbacksClaimed',
  data: { payNo, tenant: 'main', orderNo: 'O-1', claimed: 1, paymentEventId: 'created' },
};

const say = (payload: CallbacksEvent, id: string): void => {
  driver.pipeInput({ topic: topics.callbacksEvents.name, key, payload, envelope: { id } });
};
const said = () =>
  driver
    .readOutput(topics.alertsEvents.name)
    .map(({ payload: { type, data } }) => ({ type, data }))
    .filter(({ type }) => type !== 'RulesActivated');

const setRule = (enabled: boolean, callbackGraceMs: number): void => {
  const values = [{ name: 'callbackGraceMs', value: callbackGraceMs }];
  driver.pipeInput({
    ...{ topic: topics.alertsCommands.name, key: 'main/rules-0' },
    payload: {
      type: 'ActivateRules',
      data: { rules: [{ rule: 'K', version: 1, enabled, graceMs: 0, values }], reason: 'test' },
    },
  });
};

describe('Rule K: the gateway says paid, and there is no such payment (shopper#658)', () => {
  it('is raised when nobody has created it within the grace, with what the gateway says', () => {
    say(unclaimed(), 'u1');
    driver.advanceStreamTime(graceMs - 2);
    expect(said()).toEqual([]);
    driver.restart();
    driver.advanceStreamTime(2);
    expect(said()).toMatchObject([
      {
        type: 'AlertRaised',
        data: {
          alertId: alertIdOf('K', key, 'u1'),
          ...{ rule: 'K', severity: 'CRITICAL', tenant: 'platform', orderNo: `payment.${payNo}` },
          ...{ payNo: null, amountMinor: 9_990n, currency: 'CNY' },
          summary: `ALIPAY says that payment ${payNo} was paid with 99.90 CNY, and nobody has created it`,
          expected: 'a payment under this number',
          actual: 'none; 1 callback has come, the first that says so of transaction T-9',
          howSeen: 'callbacks that wait for their payment, in broker time',
          evidence: [
            { eventId: 'u1', type: 'CallbackUnclaimed', topic: topics.callbacksEvents.name },
          ],
        },
      },
    ]);
  });

  it('is one alert, however many callbacks come, and says how many did', () => {
    say(unclaimed(1), 'u1');
    driver.advanceStreamTime(1_000);
    say(unclaimed(2), 'u2');
    driver.advanceStreamTime(graceMs - 1_000);
    say(unclaimed(3), 'u3');
    driver.advanceStreamTime(10 * graceMs);
    expect(said()).toMatchObject([
      {
        type: 'AlertRaised',
        data: {
          alertId: alertIdOf('K', key, 'u1'),
          actual: 'none; 2 callbacks have come, the first that says so of transaction T-9',
        },
      },
    ]);
  });

  it('is over when the payment is created after all, and that event is the proof', () => {
    say(unclaimed(), 'u1');
    driver.advanceStreamTime(graceMs);
    expect(said()).toMatchObject([{ type: 'AlertRaised' }]);
    say(claimed, 'c1');
    expect(said()).toMatchObject([
      {
        type: 'AlertResolved',
        data: {
          ...{ alertId: alertIdOf('K', key, 'u1'), resolution: 'AUTO_RESOLVED' },
          evidence: [{ eventId: 'c1', type: 'CallbacksClaimed' }],
        },
      },
    ]);
  });

  it('says nothing of a callback that only came before its payment', () => {
    say(unclaimed(), 'u1');
    driver.advanceStreamTime(graceMs - 2);
    say(claimed, 'c1');
    driver.advanceStreamTime(10 * graceMs);
    expect(said()).toEqual([]);
  });

  it('says nothing again where all of it is told again from the beginning', () => {
    say(unclaimed(1), 'u1');
    say(claimed, 'c1');
    say(unclaimed(1), 'u1');
    driver.advanceStreamTime(10 * graceMs);
    say(claimed, 'c1');
    expect(said()).toEqual([]);
  });

  it('says nothing where no callback says that money came, and begins with the first that does', () => {
    say(unclaimed(1, { saysPaid: false }), 'u1');
    driver.advanceStreamTime(graceMs);
    expect(said()).toEqual([]);
    // After a week those that waited are forgotten, and counting begins anew.
    say(unclaimed(1), 'u2');
    driver.advanceStreamTime(graceMs);
    expect(said()).toMatchObject([{ data: { alertId: alertIdOf('K', key, 'u2') } }]);
  });

  it.each([
    ['no sum', { amountMinor: null, currency: null }],
    ['a sum that there is not', { amountMinor: -1n }],
  ])('has nothing at stake where the callback names %s', (_what, over) => {
    say(unclaimed(1, { ...over, channel: null, gatewayTransactionId: null }), 'u1');
    driver.restart();
    driver.advanceStreamTime(graceMs);
    expect(said()).toMatchObject([
      {
        data: {
          summary: `a callback says that payment ${payNo} was paid, and nobody has created it`,
          actual: 'none; 1 callback has come',
          ...{ amountMinor: 0n, currency: 'XXX' },
        },
      },
    ]);
  });

  it('goes by the grace that is set', () => {
    setRule(true, 5_000);
    say(unclaimed(), 'u1');
    driver.advanceStreamTime(4_998);
    expect(said()).toEqual([]);
    setRule(false, 5_000);
    driver.advanceStreamTime(2);
    // What began while it was on is still said.
    expect(said()).toMatchObject([{ data: { alertId: alertIdOf('K', key, 'u1') } }]);
  });

  it('begins under its own id when it is on again, with whatever comes next', () => {
    setRule(false, 5_000);
    say(unclaimed(1), 'u1');
    driver.advanceStreamTime(10_000);
    setRule(true, 5_000);
    driver.advanceStreamTime(10_000);
    expect(said()).toEqual([]);
    say(unclaimed(2), 'u2');
    expect(said()).toMatchObject([{ data: { alertId: alertIdOf('K', key, 'u1') } }]);
  });

  it('is raised once, of the first that says paid, and only while nobody has claimed it', async () => {
    const word = fc.oneof(
      fc.boolean().map((saysPaid) => ({ saysPaid })),
      fc.constant('claimed' as const),
      fc.constant('time' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 8 }), async (words) => {
        driver = await createTestDriver(consistencyAlerts);
        let [waiting, firstPaid, isClaimed, isDue] = [0, '', false, false];
        let raised = '';
        const read = () =>
          said().map(({ type, data }) => `${type} ${(data as AlertRaised).alertId}`);
        for (const [index, each] of words.entries()) {
          const expected: string[] = [];
          if (each === 'time') {
            driver.advanceStreamTime(graceMs);
            isDue = firstPaid !== '' && !isClaimed && raised === '';
          } else if (each === 'claimed') {
            say(claimed, `n${index}`);
            isClaimed = true;
            if (raised !== '') expected.push(`AlertResolved ${raised}`);
            raised = '';
          } else {
            waiting += 1;
            say(unclaimed(waiting, each), `n${index}`);
            if (each.saysPaid && firstPaid === '') firstPaid = `n${index}`;
          }
          if (isDue) raised = alertIdOf('K', key, firstPaid);
          if (isDue) expected.push(`AlertRaised ${raised}`);
          isDue = false;
          expect(read()).toEqual(expected);
        }
      }),
      { numRuns: 40 },
    );
  });
});
