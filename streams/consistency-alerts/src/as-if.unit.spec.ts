import type { AlertRaised } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { createTestDriver } from '@plumbline/runtime/testing';
import { describe, expect, it } from 'vitest';
import type { RuleChange } from './as-if.ts';
import { alertsAsIf, wrongChange } from './as-if.ts';
import {
  key,
  orderAwaiting,
  orderCreated,
  paymentCreated,
  paymentSucceeded,
} from './testing-events.ts';
import { consistencyAlerts } from './topology.ts';

const graceOfA = 60_000;

/** When rule A says that a paid order does not show it, in ms after the money came. */
async function raisedAfterMs(changes: readonly RuleChange[], fromMs = 0) {
  const driver = await createTestDriver(alertsAsIf({ changes, fromMs }));
  driver.pipeInput({ topic: topics.ordersEvents.name, key, payload: orderCreated });
  driver.pipeInput({ topic: topics.paymentsEvents.name, key, payload: paymentCreated });
  driver.pipeInput({ topic: topics.ordersEvents.name, key, payload: orderAwaiting });
  driver.pipeInput({ topic: topics.paymentsEvents.name, key, payload: paymentSucceeded });
  driver.advanceStreamTime(graceOfA * 10);
  return driver
    .readOutput(topics.alertsEvents.name)
    .map(({ payload }) => payload.data as AlertRaised)
    .filter(({ rule }) => rule === 'A')
    .map(({ detectedAt, evidence }) => {
      const paid = evidence.find(({ type }) => type === 'PaymentSucceeded');
      return detectedAt - (paid?.time ?? 0);
    });
}

describe('alerts as if', () => {
  it('nothing was otherwise are the topology itself', () => {
    expect(alertsAsIf({ changes: [], fromMs: 0 })).toBe(consistencyAlerts);
  });

  it('a grace was another are raised when that is over', async () => {
    const [usual = 0] = await raisedAfterMs([]);
    expect(usual).toBeGreaterThan(0);
    expect(await raisedAfterMs([{ rule: 'A', graceMs: usual + 7_000 }])).toEqual([usual + 7_000]);
    expect(await raisedAfterMs([{ rule: 'A', graceMs: 0 }])).toEqual([0]);
  });

  it('a rule was off are not raised', async () => {
    expect(await raisedAfterMs([{ rule: 'A', enabled: false }])).toEqual([]);
  });

  it('changes hold from a time on leave what had begun before as it was', async () => {
    const usual = await raisedAfterMs([]);
    const longer = [{ rule: 'A', graceMs: 7 * graceOfA }];
    expect(await raisedAfterMs(longer, 1)).not.toEqual(usual);
    expect(await raisedAfterMs(longer, Number.MAX_SAFE_INTEGER)).toEqual(usual);
  });
});

describe('a change', () => {
  it('is checked by what checks it when it is set by record', () => {
    expect(wrongChange([{ rule: 'A', graceMs: 30_000 }])).toBeNull();
    expect(wrongChange([{ rule: 'A', graceMs: -1 }])).toContain('the grace of rule A is');
    expect(wrongChange([{ rule: 'Q', graceMs: 1 }])).toBe('no rule is called Q');
    expect(wrongChange([{ rule: 'A', values: [{ name: 'x', value: 1 }] }])).toBe(
      'rule A has no parameter x',
    );
  });
});
