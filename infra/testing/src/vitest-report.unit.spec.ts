import { describe, expect, it } from 'vitest';
import { outcomeOfVitest } from './vitest-report.ts';

const file = (status: string, tests: readonly string[], message = '') => ({
  name: '/repo/a.unit.spec.ts',
  status,
  message,
  assertionResults: tests.map((test, at) => ({
    fullName: `test ${at}`,
    status: test,
    failureMessages: test === 'failed' ? ['expected 1'] : [],
  })),
});

const outcome = (files: readonly object[], exitCode = 0) =>
  outcomeOfVitest({
    tier: 'unit',
    report: JSON.stringify({ testResults: files }),
    exitCode,
    root: '/repo',
  });

describe('counts of a vitest run', () => {
  it('passed, failed and skipped tests', () => {
    const files = [file('failed', ['passed', 'failed', 'skipped', 'todo'])];
    expect(outcome(files, 1)).toEqual({
      passed: 1,
      skipped: 2,
      failures: [{ what: 'a.unit.spec.ts > test 1', message: 'expected 1' }],
    });
  });

  it('a file that does not load is a failure', () => {
    expect(outcome([file('failed', [], 'cannot import x')], 1).failures).toEqual([
      { what: 'a.unit.spec.ts', message: 'cannot import x' },
    ]);
  });

  it('a file whose hook throws is a failure, although its tests are only skipped', () => {
    expect(outcome([file('failed', ['skipped'])], 1).failures).toHaveLength(1);
  });

  it('an error outside the tests is a failure, although every test passed', () => {
    const found = outcome([file('passed', ['passed'])], 1);
    expect(found.passed).toBe(1);
    expect(found.failures).toHaveLength(1);
  });

  it.each([
    ['no file', []],
    ['only skipped tests', [file('passed', ['skipped'])]],
  ])('%s is a failure: nothing was tested', (_, files) => {
    expect(outcome(files).failures).toHaveLength(1);
  });

  it.each([
    ['a crash without a report', null],
    ['half a report', '{"testResults": [{'],
    ['another format', '{"files": []}'],
  ])('%s is a failure', (_, report) => {
    const found = outcomeOfVitest({ tier: 'int', report, exitCode: null, root: '/repo' });
    expect(found.failures).toHaveLength(1);
  });
});
