import { describe, expect, it } from 'vitest';
import { endedCookie, sessionCookie, sessionIdOf } from './cookie.ts';
import { csrfTokenOf, isCsrfToken, isSameOrigin } from './csrf.ts';

const id = 'AAAAAAAAAAAAAAAAAAAA_-';

describe('the cookie', () => {
  it('is for this host alone, out of reach of scripts and of other sites', () => {
    expect(sessionCookie({ secure: true, id, maxAgeSeconds: 60 })).toBe(
      `sid=${id}; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=60`,
    );
    expect(sessionCookie({ secure: false, id, maxAgeSeconds: 60 })).not.toContain('Secure');
    expect(endedCookie({ secure: true })).toContain('Max-Age=0');
  });

  it.each([`sid=${id}`, `a=b; sid=${id}`, `sid=${id};other=sid`, ` sid=${id} ; xsid=1`])(
    'is found in %j',
    (header) => expect(sessionIdOf(header)).toBe(id),
  );

  it.each([
    undefined,
    '',
    'sid=',
    `SID=${id}`,
    `xsid=${id}`,
    `sid=${id}A`,
    `sid=${id.slice(1)}`,
    `sid="${id}"`,
    `sid=${id}; sid=${id}`,
    `sid=${id}; sid=`,
    `sid=${'*'.repeat(22)}`,
    'a=b, sid=',
  ])('is not in %j', (header) => expect(sessionIdOf(header)).toBe(null));
});

describe('a CSRF token', () => {
  it('is another each time, and good for its session alone', () => {
    const [first, second] = [csrfTokenOf('secret'), csrfTokenOf('secret')];
    expect(first).not.toBe(second);
    expect([first, second].every((token) => isCsrfToken('secret', token))).toBe(true);
    expect(isCsrfToken('other', first)).toBe(false);
  });

  it('is not what somebody made of it', () => {
    const token = csrfTokenOf('secret');
    const [nonce = '', mac = ''] = token.split('.');
    const [, otherMac = ''] = csrfTokenOf('secret').split('.');
    for (const wrong of ['', '.', nonce, `${nonce}.`, `.${mac}`, `${nonce}.${otherMac}`]) {
      expect(isCsrfToken('secret', wrong)).toBe(false);
    }
    expect(isCsrfToken('secret', `${token}A`)).toBe(false);
    const changed = mac.startsWith('A') ? `B${mac.slice(1)}` : `A${mac.slice(1)}`;
    expect(isCsrfToken('secret', `${nonce}.${changed}`)).toBe(false);
  });
});

describe('a call comes from a page of this origin', () => {
  const origin = 'https://shop.example';
  it.each([
    [{ origin }, true],
    [{ origin, 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{}, false],
    [{ origin: 'https://evil.example' }, false],
    [{ origin: 'https://shop.example.evil.example' }, false],
    [{ origin: 'http://shop.example' }, false],
    [{ origin: 'https://shop.example:8443' }, false],
    [{ origin: 'null' }, false],
    [{ origin, 'sec-fetch-site': 'cross-site' }, false],
    [{ 'sec-fetch-site': 'same-site' }, false],
    [{ 'sec-fetch-site': 'none' }, false],
    [{ origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }, false],
    [{ referer: `${origin}/page` }, false],
  ])('%j: %s', (headers, own) => expect(isSameOrigin(headers, origin)).toBe(own));
});
