import type { RuleParameters } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ActiveParameters } from './rules/parameters.ts';
import { activate, activeRules, asSaid, defaultParameters } from './rules/parameters.ts';
import type { Rule } from './rules/rule.ts';
import { rules } from './rules/rules.ts';
import { emptyView } from './rules/view.ts';
import type { Watches } from './rules/watch.ts';
import { judge } from './rules/watch.ts';
import type { Told } from './testing-driver.ts';
import { tell } from './testing-driver.ts';
import {
  ledPayment,
  orderAwaiting,
  orderCreated,
  paymentCreated,
  paymentSucceeded,
  paymentUnknown,
} from './testing-events.ts';

const minuteMs = 60_000;
let told: Told;

beforeEach(async () => {
  told = await tell();
});

const set = (rule: string, values: RuleParameters['values'], id = `set-${rule}`): void => {
  told.driver.pipeInput({
    ...{ topic: topics.alertsCommands.name, key: 'main/rules-0' },
    payload: {
      type: 'ActivateRules',
      data: { rules: [{ rule, version: 1, enabled: true, graceMs: null, values }], reason: 'test' },
    },
    envelope: { id },
  });
};
const outcome = () => told.driver.readOutput(topics.alertsOutcomes.name)[0]?.payload.data;
const unknown = (): void => {
  told.order(orderCreated);
  told.payment(ledPayment());
  told.order(orderAwaiting);
  told.payment(paymentUnknown);
};

describe('what else is set of a rule by record', () => {
  it('holds for what begins after it, and only for that', () => {
    unknown();
    set('M', [{ name: 'unknownGraceMs', value: minuteMs }]);
    expect(outcome()).toMatchObject({ status: 'ACCEPTED' });
    told.pass(5 * minuteMs);
    expect(told.said()).toEqual(['RulesActivated']);
    told.pass(5 * minuteMs);
    expect(told.said()).toEqual(['M raised WARNING']);
  });

  it('shortens a grace of its own beside the rule’s', () => {
    set('M', [{ name: 'unknownGraceMs', value: 1_000 }]);
    set('K', [{ name: 'orderGraceMs', value: 2_000 }]);
    unknown();
    told.pass(1_000);
    expect(told.said()).toEqual(['RulesActivated', 'RulesActivated', 'M raised WARNING']);
  });

  it('is of K how long the order may not be there', () => {
    set('K', [{ name: 'orderGraceMs', value: 2_000 }]);
    told.payment(paymentCreated, paymentSucceeded);
    told.pass(2_000);
    expect(told.said()).toEqual(['RulesActivated', 'K raised CRITICAL']);
  });

  it('goes back to what the rule has when it is set without', () => {
    set('M', [{ name: 'unknownGraceMs', value: 1_000 }]);
    set('M', [], 'without');
    unknown();
    told.pass(2_000);
    expect(told.said()).toEqual(['RulesActivated', 'RulesActivated']);
  });

  it.each([
    ['M', [{ name: 'patience', value: 1 }], 'no parameter patience'],
    ['A', [{ name: 'unknownGraceMs', value: 1 }], 'no parameter unknownGraceMs'],
    ['M', [{ name: 'unknownGraceMs', value: -1 }], '0 to 604800000 ms'],
    ['J', [{ name: 'processingGraceMs', value: 2_678_400_001 }], '0 to 2678400000 ms'],
    [
      'M',
      [1, 2].map((value) => ({ name: 'unknownGraceMs', value })),
      'unknownGraceMs of rule M is set twice',
    ],
  ])('is refused of %s when it makes no sense', (rule, values, says) => {
    set(rule, values);
    const refused = outcome() as { readonly message: string };
    expect(refused).toMatchObject({ status: 'REJECTED', code: 'INVALID_RULE_PARAMETERS' });
    expect(refused.message).toContain(says);
    expect(told.said()).toEqual([]);
  });

  it('is told with all that is set', () => {
    set('M', [{ name: 'unknownGraceMs', value: 1_000 }]);
    const [activated] = told.driver.readOutput(topics.alertsEvents.name);
    const listed = (activated?.payload.data as { readonly rules: readonly RuleParameters[] }).rules;
    expect(listed.find(({ rule }) => rule === 'M')?.values).toEqual([
      { name: 'unknownGraceMs', value: 1_000 },
    ]);
    expect(listed.find(({ rule }) => rule === 'A')?.values).toEqual([]);
  });

  it('is not in what an earlier version kept, which holds as before', () => {
    const kept: ActiveParameters = {
      ...{ ...defaultParameters, revision: 3n },
      rules: [{ rule: 'M', version: 1, enabled: false, graceMs: 7 }],
    };
    const active = activeRules(kept).find(({ rule }) => rule.id === 'M');
    expect(active).toMatchObject({ enabled: false, graceMs: 7 });
    expect(active?.values).toEqual({ unknownGraceMs: 10 * minuteMs });
    const next = activate(kept, { rules: [], reason: 'x' }, 'c');
    expect('rules' in next ? next.rules.map(asSaid) : null).toEqual([
      { rule: 'M', version: 1, enabled: false, graceMs: 7, values: [] },
    ]);
  });
});

describe('a rule that is off', () => {
  const at = (eventId: string, time: number) => ({
    ...{ eventId, time, type: 'PaymentSucceeded', topic: topics.paymentsEvents.name },
    ...{ partition: 0, offset: 0n },
  });
  let asked = 0;
  let isFound = true;
  const rule: Rule = {
    ...{ id: 'A', version: 1, title: 't', severity: 'WARNING', graceMs: 0, howSeen: 'h' },
    find() {
      asked += 1;
      return isFound ? [{ summary: 's', expected: 'e', actual: 'a', evidence: [] }] : [];
    },
  };
  const judged = (enabled: boolean, watches: Watches, nowMs: number) =>
    judge({
      ...{ view: emptyView, watches, nowMs, cause: at(`e${nowMs}`, nowMs) },
      active: [{ rule, enabled, graceMs: 0, values: {} }],
    });

  it('is asked for nothing but the end of what it said while it was on', () => {
    expect(judged(false, {}, 1)).toEqual({ watches: {}, changes: [] });
    expect(asked).toBe(0);
    const { watches, changes } = judged(true, {}, 2);
    expect(changes.map(({ kind }) => kind)).toEqual(['raise']);
    expect(judged(false, watches, 3)).toEqual({ watches, changes: [] });
    isFound = false;
    const ended = judged(false, watches, 4);
    expect(ended.watches).toEqual({});
    expect(ended.changes.map(({ kind }) => kind)).toEqual(['resolve']);
  });
});

describe('the rules', () => {
  it('are each there once, and have defaults within their ranges', () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const { parameters = [] } of rules)
      for (const { default: value, min, max, name, meaning } of parameters) {
        expect(value >= min && value <= max, name).toBe(true);
        expect(meaning).not.toBe('');
      }
  });
});
