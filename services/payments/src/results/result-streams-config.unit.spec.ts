import { expect, it } from 'vitest';
import { schema } from '../config.ts';
import { streamTimesOf } from './result-streams-config.ts';

const parsed = (env: Readonly<Record<string, string>>) =>
  schema.safeParse({ PLUMBLINE_LOCAL_STACK: 'true', ...env });

it('results stay a day at least and a week at most', () => {
  const config = parsed({}).data;
  if (config === undefined) throw new Error('the defaults are refused');
  expect(streamTimesOf(config)).toEqual({ minMs: 86_400_000, keepMs: 604_800_000 });
});

it('a least stay beyond the longest is refused, by name', () => {
  const hours = { PLUMBLINE_RESULT_STREAMS_KEEP_HOURS: '10' };
  expect(parsed({ ...hours, PLUMBLINE_RESULT_STREAMS_MIN_HOURS: '10' }).success).toBe(true);
  const { error } = parsed({ ...hours, PLUMBLINE_RESULT_STREAMS_MIN_HOURS: '11' });
  expect(error?.issues).toMatchObject([{ path: ['PLUMBLINE_RESULT_STREAMS_MIN_HOURS'] }]);
});
