import { describe, expect, it } from 'vitest';
import type { Expected } from '../model/expect.ts';
import type { Found, FoundAlert } from './compare.ts';
import { compare } from './compare.ts';

const none = { raised: 0, resolved: 0 };

const order = (orderNo: string, status: Expected['status'], more: Partial<Expected> = {}) => ({
  orderNo,
  story: 'test',
  status,
  payment: 'OPEN' as const,
  alerts: { A: none, B: none, C: none },
  wrongAnswers: [],
  ...more,
});

const raised = (orderNo: string, rule: string, alertId = `${rule}-${orderNo}`): FoundAlert => ({
  ...{ alertId, orderNo, rule },
  kind: 'raised',
});
const resolved = (orderNo: string, rule: string): FoundAlert => ({
  ...raised(orderNo, rule),
  kind: 'resolved',
});
const shown = (orderNo: string, rule: string, open: boolean) => ({
  ...{ alertId: `${rule}-${orderNo}`, orderNo, rule, open },
});

const expected: readonly Expected[] = [
  order('H1', 'PAID'),
  order('H2', 'PAID', {
    alerts: { A: { raised: 1, resolved: 1 }, B: none, C: none },
  }),
  order('H3', 'EXPIRED', {
    alerts: { A: none, B: none, C: { raised: 1, resolved: 0 } },
  }),
];

const found: Found = {
  statuses: new Map([
    ['H1', 'PAID'],
    ['H2', 'PAID'],
    ['H3', 'EXPIRED'],
  ]),
  alerts: [raised('H2', 'A'), raised('H3', 'C'), resolved('H2', 'A')],
  alertsShown: [shown('H2', 'A', false), shown('H3', 'C', true)],
  deadLetters: 0,
};

const differencesOf = (changed: Partial<Found>, of = expected): readonly string[] =>
  compare(of, { ...found, ...changed }).differences.map(
    (d) => `${d.orderNo ?? '-'} ${d.what}: ${d.expected}, ${d.found}`,
  );

describe('expected against found', () => {
  it('finds nothing where nothing is wrong, and counts', () => {
    const { differences, statuses, rules } = compare(expected, found);
    expect(differences).toEqual([]);
    expect(statuses).toEqual([
      { status: 'PAID', expected: 2, found: 2 },
      { status: 'EXPIRED', expected: 1, found: 1 },
    ]);
    expect(rules.map(({ rule, found: { raised: r, resolved: s } }) => [rule, r, s])).toEqual([
      ['A', 1, 1],
      ['B', 0, 0],
      ['C', 1, 0],
    ]);
  });

  it('names an order of another status, and one that is not there', () => {
    const statuses = new Map([...found.statuses, ['H1', 'WAITING_PAYMENT']]);
    statuses.delete('H3');
    expect(differencesOf({ statuses })).toEqual([
      'H1 order status: PAID, WAITING_PAYMENT',
      'H3 order status: EXPIRED, not found',
    ]);
  });

  it('names an alert that is missing, even if another order has one too many', () => {
    const alerts = [raised('H1', 'A'), raised('H3', 'C'), resolved('H1', 'A')];
    const alertsShown = [shown('H1', 'A', false), shown('H3', 'C', true)];
    expect(differencesOf({ alerts, alertsShown })).toEqual([
      'H1 rule A raised: 0, 1',
      'H1 rule A resolved: 0, 1',
      'H2 rule A raised: 1, 0',
      'H2 rule A resolved: 1, 0',
    ]);
  });

  it('names an alert about an order that nobody placed', () => {
    const alerts = [...found.alerts, raised('H9', 'C')];
    const alertsShown = [...found.alertsShown, shown('H9', 'C', true)];
    expect(differencesOf({ alerts, alertsShown })).toEqual(['H9 rule C raised: nothing, an alert']);
  });

  it('names an alert that is said twice', () => {
    const alerts = [...found.alerts, raised('H3', 'C')];
    expect(differencesOf({ alerts })).toEqual([
      'H3 rule C raised: 1, 2',
      'H3 rule C raised: once, twice: C-H3',
    ]);
  });

  it('names what the read model of alerts shows otherwise than the topic', () => {
    const alertsShown = [shown('H2', 'A', true), shown('H1', 'B', true)];
    expect(differencesOf({ alertsShown })).toEqual([
      'H2 rule A in GET /alerts: resolved, open',
      'H3 rule C in GET /alerts: open, not shown',
      'H1 rule B in GET /alerts: nothing, an alert',
    ]);
  });

  it('names answers that were wrong, and dead letters', () => {
    const wrong = [order('H1', 'PAID', { wrongAnswers: ['200'] }), ...expected.slice(1)];
    expect(differencesOf({ deadLetters: 2 }, wrong)).toEqual([
      'H1 answers: as the contracts say, 200',
      '- dead letters: 0, 2',
    ]);
  });
});
