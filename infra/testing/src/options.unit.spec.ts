import { expect, it } from 'vitest';
import { parseOptions, stepNames, UsageError } from './options.ts';

it('without arguments every step runs', () => {
  expect([...parseOptions([]).only]).toEqual([...stepNames]);
});

it('takes some steps and parts of file names', () => {
  const options = parseOptions(['--only', 'unit, int', 'infra/local']);
  expect([...options.only]).toEqual(['unit', 'int']);
  expect(options.files).toEqual(['infra/local']);
});

it.each([[['--only', 'units']], [['--fast']]])('refuses %j', (args) => {
  expect(() => parseOptions(args)).toThrow(UsageError);
});
