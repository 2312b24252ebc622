import type { AlertRaised, AlertResolved, MoneyUnmatched, ReceivingEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import * as lifeLimits from './life/limits.ts';
import type { OrderAlerts } from './stores.ts';
import { alertIdOf, alertsStore, watchedStore } from './stores.ts';
import {
  contradicted,
  matched,
  orderActivated,
  receivingKey as key,
  setAside,
  unmatched,
} from './testing-receiving-events.ts';
import { consistencyAlerts } from './topology.ts';

let driver: TestDriver;

beforeEach(async () => {
  driver = await createTestDriver(consistencyAlerts);
});

/** Each under an id of its own. */
const say = (...events: readonly ReceivingEvent[]): void => {
  for (const payload of events)
    driver.pipeInput({ topic: topics.receivingEvents.name, key, payload });
};
const setRule = (rule: string, enabled: boolean, graceMs = 0): void => {
  driver.pipeInput({
    ...{ topic: topics.alertsCommands.name, key: 'main/rules-0' },
    payload: {
      type: 'ActivateRules',
      data: { rules: [{ rule, version: 1, enabled, graceMs, values: [] }], reason: 'test' },
    },
  });
};
const person = (type: 'ResolveAlert' | 'ReopenAlert', alertId: string): void => {
  driver.pipeInput({
    ...{ topic: topics.alertsCommands.name, key },
    payload: { type, data: { alertId, reason: 'looked at it' } },
  });
};
const said = () =>
  driver
    .readOutput(topics.alertsEvents.name)
    .map(({ payload }) => payload)
    .filter(({ type }) => type !== 'RulesActivated');
const raised = (): readonly AlertRaised[] =>
  said().flatMap(({ type, data }) => (type === 'AlertRaised' ? [data as AlertRaised] : []));

describe('Rule K: money came in and is no order’s', () => {
  it('is raised at once, with what came in where', () => {
    say(unmatched('wx1'));
    const [alert, ...others] = raised();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      ...{ rule: 'K', severity: 'WARNING', tenant: 'main', orderNo: '1000.1', payNo: null },
      summary: '10.00 CNY came in on account 1000.1 as wx1 and is matched to no order',
      actual: 'no order asks for this amount on channel wxpay1#1001 (wxpay)',
      ...{ amountMinor: 1_000n, currency: 'CNY', deadline: null },
      evidence: [{ type: 'MoneyUnmatched', topic: topics.receivingEvents.name, offset: 0n }],
    });
    expect(alert?.alertId).toBe(alertIdOf('K', key, alert?.evidence[0]?.eventId ?? ''));
  });

  it.each<[MoneyUnmatched['why'], readonly string[], string, string]>([
    ['NO_ORDER', [], 'WARNING', 'no order asks for this amount on channel wxpay1#1001 (wxpay)'],
    ['CHANNEL_UNKNOWN', [], 'WARNING', 'the account has no channel wxpay1#1001 (wxpay)'],
    ['UNKNOWN', [], 'WARNING', 'matched to no order on channel wxpay1#1001 (wxpay)'],
    [
      ...(['SEVERAL_ORDERS', ['R1', 'R2'], 'CRITICAL'] as const),
      '2 orders ask for this amount on channel wxpay1#1001 (wxpay): R1, R2',
    ],
    [
      ...(['SEVERAL_ORDERS', Array.from({ length: 20 }, (_, n) => `R${n}`), 'CRITICAL'] as const),
      '20 orders ask for this amount on channel wxpay1#1001 (wxpay): R0, R1, R2, R3, R4 and 15 more',
    ],
  ])('says why: %s of %j', (why, candidates, severity, actual) => {
    say(unmatched('wx1', { why, candidates }));
    expect(raised()).toMatchObject([{ severity, actual }]);
  });

  it.each([
    ['a person matches it', matched('wx1', 'MANUAL'), 'MoneyMatched'],
    ['a person sets it aside', setAside('wx1'), 'MoneySetAside'],
  ])('is over when %s, and that event is the proof', (_how, event, type) => {
    say(unmatched('wx1'));
    const [alert] = raised();
    say(event);
    expect(said()).toMatchObject([
      {
        type: 'AlertResolved',
        data: {
          ...{ alertId: alert?.alertId, rule: 'K', orderNo: '1000.1' },
          ...{ resolution: 'AUTO_RESOLVED', evidence: [{ type, offset: 1n }] },
        },
      },
    ]);
    say(orderActivated, matched('wx9', 'ON_TIME'));
    expect(said()).toEqual([]);
  });

  it('is one alert for each number, and none for what is an order’s or said again', () => {
    say(unmatched('wx1'), unmatched('wx2'), unmatched('wx1'), matched('wx3', 'LATE'));
    const ids = raised().map(({ alertId }) => alertId);
    expect(new Set(ids).size).toBe(2);
    say(setAside('wx2'));
    expect(said()).toMatchObject([{ type: 'AlertResolved', data: { alertId: ids[1] } }]);
  });

  it('sums what is at stake by the money itself', () => {
    say(unmatched('wx1', { amountMinor: 1n }), unmatched('wx2', { amountMinor: 999_999_999_999n }));
    expect(raised().map(({ amountMinor }) => amountMinor)).toEqual([1n, 999_999_999_999n]);
  });

  it('begins under its own id when it is on again, however much came in meanwhile', () => {
    setRule('K', false);
    say(unmatched('wx1'), unmatched('wx2'), unmatched('wx3'), setAside('wx3'));
    expect(said()).toEqual([]);
    setRule('K', true);
    say(orderActivated);
    const alerts = raised();
    expect(alerts.map(({ evidence }) => evidence[0]?.offset)).toEqual([0n, 1n]);
    expect(new Set(alerts.map(({ alertId }) => alertId)).size).toBe(2);
  });

  it('waits for its grace, and says nothing of what is matched within it', () => {
    setRule('K', true, 5_000);
    say(unmatched('wx1'), unmatched('wx2'));
    driver.advanceStreamTime(2_000);
    say(matched('wx1', 'MANUAL'));
    expect(said()).toEqual([]);
    driver.advanceStreamTime(3_000);
    expect(raised()).toMatchObject([{ summary: expect.stringContaining('wx2') as string }]);
  });

  it('keeps what it watches through a restart', () => {
    say(unmatched('wx1'));
    const [alert] = raised();
    driver.restart();
    say(orderActivated, setAside('wx1'));
    expect(said()).toMatchObject([{ type: 'AlertResolved', data: { alertId: alert?.alertId } }]);
  });

  it('is open for just the money that is nobody’s, whatever happens in whatever order', async () => {
    const number = fc.constantFrom('wx1', 'wx2', 'wx3');
    const event = fc.oneof(
      number.map((no) => unmatched(no)),
      number.map((no) => matched(no, 'MANUAL')),
      number.map((no) => setAside(no)),
      number.map((no) => contradicted(no)),
      fc.constant(orderActivated),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 12 }), async (events) => {
        driver = await createTestDriver(consistencyAlerts);
        const [waiting, open, ids] = [new Set<string>(), new Set<string>(), new Set<string>()];
        for (const each of events) {
          say(each);
          if (each.type === 'MoneyUnmatched') waiting.add(each.data.platformOrder);
          if (each.type === 'MoneyMatched') waiting.delete(each.data.platformOrder);
          if (each.type === 'MoneySetAside') waiting.delete(each.data.platformOrder);
          for (const { type, data } of said()) {
            if (type === 'AlertResolved') open.delete((data as AlertResolved).alertId);
            if (type !== 'AlertRaised') continue;
            const { alertId, rule } = data as AlertRaised;
            expect(ids).not.toContain(alertId);
            ids.add(alertId);
            if (rule === 'K') open.add(alertId);
          }
          expect(open.size).toBe(waiting.size);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('remembers no more of alerts that people have ended than of others', () => {
    for (let n = 0; n < 3 * lifeLimits.endedAlertsMax; n += 1) {
      say(unmatched(`wx${n}`));
      const [alert] = raised();
      person('ResolveAlert', alert?.alertId ?? '');
      expect(said()).toHaveLength(1);
      say(setAside(`wx${n}`));
      expect(said()).toEqual([]);
    }
    const { lives } = driver.store(alertsStore).get(key) as OrderAlerts;
    expect(lives).toHaveLength(lifeLimits.endedAlertsMax);
  });

  it('writes nothing for the orders of an account, whatever waits on it', () => {
    say(orderActivated, matched('wx9', 'ON_TIME'));
    expect(driver.store(watchedStore).has(key)).toBe(false);
    say(...Array.from({ length: 40 }, (_, n) => unmatched(`wx${n}`)));
    expect(raised()).toHaveLength(40);
    const before = driver.store(watchedStore).get(key);
    say(orderActivated, matched('other', 'ON_TIME'));
    expect(driver.store(watchedStore).get(key)).toEqual(before);
    expect(said()).toEqual([]);
  });
});

describe('Rule Z: money reported again as other money', () => {
  it('is a warning with both reports, beside the alert for the money', () => {
    say(unmatched('wx1'), contradicted('wx1', { amountMinor: 2_000n }));
    expect(raised()).toMatchObject([
      { rule: 'K' },
      {
        ...{ rule: 'Z', severity: 'WARNING', orderNo: '1000.1', payNo: null },
        summary: 'wx1 on account 1000.1 was reported again as other money',
        expected: '10.00 CNY on channel wxpay1#1001 (wxpay)',
        actual: '20.00 CNY on channel wxpay1#1001 (wxpay)',
        ...{ amountMinor: 2_000n, currency: 'CNY' },
        howSeen: 'an event of the account that was paid into, in broker time',
        evidence: [{ type: 'MoneyUnmatched' }, { type: 'MoneyReportContradicted' }],
      },
    ]);
  });

  it('does not end, whatever becomes of the money, and is told once', () => {
    say(matched('wx1', 'ON_TIME'), contradicted('wx1'));
    expect(raised()).toMatchObject([
      { rule: 'Z', expected: 'the same money under the same number' },
    ]);
    say(contradicted('wx1'), unmatched('wx2'), setAside('wx2'), setAside('wx1'));
    expect(said()).toMatchObject([{ data: { rule: 'K' } }, { data: { rule: 'K' } }]);
  });

  it('makes room by what a person has ended, and by nothing else', () => {
    say(...Array.from({ length: 64 }, (_, n) => contradicted(`wx${n}`)));
    const alerts = raised();
    expect(alerts).toHaveLength(64);
    say(contradicted('wx64'));
    expect(said()).toEqual([]);
    person('ResolveAlert', alerts[7]?.alertId ?? '');
    expect(said()).toMatchObject([{ type: 'AlertResolved' }]);
    say(contradicted('wx65'));
    expect(said()).toMatchObject([{ type: 'AlertRaised', data: { rule: 'Z' } }]);
    // What it was about is over; a person may still want to look at it again.
    person('ReopenAlert', alerts[7]?.alertId ?? '');
    expect(said()).toMatchObject([{ type: 'AlertReopened' }]);
    say(contradicted('wx66'), orderActivated);
    expect(said()).toEqual([]);
  });
});
