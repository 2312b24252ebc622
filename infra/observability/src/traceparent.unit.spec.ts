import { describe, expect, it } from 'vitest';
import { childTraceparent, formatTraceparent, parseTraceparent } from './index.ts';

const example = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('traceparent', () => {
  it('parses and formats', () => {
    const parsed = parseTraceparent(example);
    expect(parsed).toEqual({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentId: 'b7ad6b7169203331',
      sampled: true,
    });
    expect(parsed && formatTraceparent(parsed)).toBe(example);
  });

  it('reads a later version by its first fields', () => {
    expect(parseTraceparent(`01${example.slice(2)}-more`)?.parentId).toBe('b7ad6b7169203331');
  });

  it.each([
    undefined,
    '',
    'nonsense',
    `ff${example.slice(2)}`,
    `${example}-more`,
    example.toUpperCase(),
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`,
  ])('refuses %s', (text) => {
    expect(parseTraceparent(text)).toBeNull();
  });

  it('makes a child in the same trace, or a new trace', () => {
    const child = parseTraceparent(childTraceparent(example));
    expect(child?.traceId).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(child?.parentId).not.toBe('b7ad6b7169203331');
    expect(child?.sampled).toBe(true);
    expect(parseTraceparent(childTraceparent())).not.toBeNull();
    expect(childTraceparent('garbage')).not.toBe(childTraceparent('garbage'));
  });
});
