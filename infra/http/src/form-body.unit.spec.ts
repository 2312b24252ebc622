import { describe, expect, it } from 'vitest';
import { isForm, parseFormBody } from './form-body.ts';

const parsed = (text: string) => parseFormBody(Buffer.from(text));

describe('a form-encoded body', () => {
  it('is an object of texts', () => {
    expect(parsed('a=1&b=x+y%20z&c=&d&e=%E6%94%AF%E4%BB%98&f=a=b')).toEqual({
      ...{ a: '1', b: 'x y z', c: '', d: '', e: '支付', f: 'a=b' },
    });
  });

  it('is decoded once: what was encoded twice stays encoded', () => {
    expect(parsed('url=https%253A%252F%252Fa')).toEqual({ url: 'https%3A%2F%2Fa' });
  });

  it.each([
    ['', /empty/],
    ['a=%zz', /a: what is percent-encoded/],
    ['a=%E6%94', /a: what is percent-encoded/],
    ['a=%ff', /of UTF-8/],
    ['%zz=1', /a field name/],
    ['a=1&a=1', /the field a stands twice/],
    ['a=1&%61=2', /the field a stands twice/],
    ['=1', /cannot be called/],
    ['__proto__=1', /cannot be called/],
  ])('%j is refused', (text, why) => {
    expect(() => parsed(text)).toThrow(why);
  });

  it('that is not UTF-8 is refused', () => {
    expect(() => parseFormBody(Buffer.from([0x61, 0x3d, 0xff]))).toThrow(/not UTF-8/);
  });

  it('is known by its content type alone', () => {
    expect(isForm('application/x-www-form-urlencoded; charset=UTF-8')).toBe(true);
    expect(isForm('APPLICATION/X-WWW-FORM-URLENCODED')).toBe(true);
    expect(isForm('application/json')).toBe(false);
    expect(isForm(undefined)).toBe(false);
  });
});
