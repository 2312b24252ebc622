import { describe, expect, it } from 'vitest';
import { readPromql } from './promql.ts';

describe('readPromql', () => {
  it('lists what a query asks for', () => {
    const { problems, selectors, groupings, isAggregated } = readPromql(
      'sum by (rule) (rate(a_total{rule=~"A|B",job!="x"}[5m])) / on (rule) max(b) > 1',
    );
    expect(problems).toEqual([]);
    expect(groupings).toEqual(['rule', 'rule']);
    expect(isAggregated).toBe(true);
    expect(readPromql('time() - a > 0').isAggregated).toBe(false);
    expect(selectors).toEqual([
      {
        metric: 'a_total',
        matchers: [
          { label: 'rule', operator: '=~', value: 'A|B' },
          { label: 'job', operator: '!=', value: 'x' },
        ],
        isRange: true,
        within: 'rate',
      },
      { metric: 'b', matchers: [], isRange: false, within: null },
    ]);
  });

  it('sees through subqueries and nested functions', () => {
    const { problems, selectors } = readPromql(
      'histogram_quantile(0.99, sum by (le) (rate(h_bucket[5m]))) > max_over_time(sum(g)[1h:1m])',
    );
    expect(problems).toEqual([]);
    expect(selectors.map(({ metric, within }) => [metric, within])).toEqual([
      ['h_bucket', 'rate'],
      ['g', null],
    ]);
  });

  it.each([
    ['sum(rate(a[5m])', 'is no PromQL'],
    ['a{b=c}', 'is no PromQL at "c}"'],
    ['max(a) b', 'is no PromQL at "b"'],
    ['', 'is no PromQL'],
  ])('says that %j is wrong', (text, expected) => {
    expect(readPromql(text).problems.join()).toContain(expected);
  });
});
