import { describe, expect, it } from 'vitest';
import { firstLine } from './failure.ts';

describe('why something failed, in one line', () => {
  it('is the innermost cause', () => {
    const refused = new AggregateError([new Error('connect ECONNREFUSED'), new Error('other')]);
    expect(firstLine(new Error('fetch failed', { cause: refused }))).toBe('connect ECONNREFUSED');
  });

  it('has no more than one line', () => {
    expect(firstLine('first\nsecond')).toBe('first');
  });

  it('is what Postgres said, and not the statement', () => {
    const said = 'select a - b,\n c from d - relation "d" does not exist';
    const error = Object.assign(new Error(said), { severity: 'ERROR', code: '42P01' });
    expect(firstLine(error)).toBe('relation "d" does not exist');
    expect(firstLine(new Error('a - b'))).toBe('a - b');
  });
});
