import { expect, it } from 'vitest';
import { outcomeOfSimulation } from './run-simulation.ts';

const counts = (over: object = {}) =>
  JSON.stringify({ passed: 3, skipped: 0, failures: [], ...over });

it('takes the counts of a run that ended well', () => {
  expect(outcomeOfSimulation(counts(), 0)).toEqual({ passed: 3, skipped: 0, failures: [] });
});

it('takes the failures of a run that failed', () => {
  const failures = [{ what: 'simulation > x', message: 'seed 4' }];
  expect(outcomeOfSimulation(counts({ failures }), 1).failures).toEqual(failures);
});

it.each([
  ['no counts', null, 1],
  ['half a file', '{"passed": 3', 0],
  ['something else', '{"ok": true}', 0],
  ['counts that the exit code denies', counts(), 1],
  ['a run that was killed', counts(), null],
  ['a run of nothing', counts({ passed: 0 }), 0],
])('fails on %s', (_what, text, exitCode) => {
  expect(outcomeOfSimulation(text, exitCode).failures).toHaveLength(1);
});
