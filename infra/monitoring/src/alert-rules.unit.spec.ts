import { describe, expect, it } from 'vitest';
import { labelsInText, readAlertRules } from './alert-rules.ts';

const rule = `
groups:
  - name: a
    rules:
      - alert: PlumblineA
        expr: a > 0
        for: 1m
        labels: { severity: critical }
        annotations:
          summary: A is there.
          description: It is {{ $value }} of {{ $labels.rule }}.
          runbook_url: a.md
`;

describe('readAlertRules', () => {
  it('lists the rules', () => {
    expect(readAlertRules(rule)).toMatchObject([
      { alert: 'PlumblineA', expr: 'a > 0', for: '1m', labels: { severity: 'critical' } },
    ]);
  });

  it.each([
    ['for: 1m', 'for: soon', 'is no duration'],
    ['severity: critical', 'severity: red', 'severity'],
    ['summary: A is there.', 'summary: A', 'is no sentence'],
    ['          runbook_url: a.md\n', '', 'runbook_url'],
    ['PlumblineA', 'a', 'PlumblineSomething'],
    ['for: 1m', 'for: 1m\n        record: x', 'record'],
  ])('refuses one with %j as %j', (from, to, expected) => {
    expect(() => readAlertRules(rule.replace(from, to))).toThrow(expected);
  });
});

it('labels are found in texts', () => {
  expect(labelsInText('{{ $labels.a }} and {{ $labels.b | toLower }}')).toEqual(['a', 'b']);
});
