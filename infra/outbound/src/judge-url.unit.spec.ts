import { describe, expect, it } from 'vitest';
import { judgeAddress } from './judge-address.ts';
import { judgeUrl } from './judge-url.ts';
import { strictPolicy } from './policy.ts';

const local = { ...strictPolicy, allowLoopback: true };
const codeOf = (text: string, policy = strictPolicy): string => {
  const judged = judgeUrl(text, policy);
  return judged.ok ? 'ok' : judged.code;
};

describe('a URL', () => {
  it.each([
    'https://hooks.example/',
    'https://hooks.example',
    'HTTPS://Hooks.Example:443/a?b=c',
    'https://a_b.hooks.example/%E8%8C%B6',
    'https://茶.example/',
    'https://93.184.215.14/',
    'https://[2600:1406::1]/',
  ])('may be called: %s', (text) => {
    expect(judgeUrl(text, strictPolicy)).toMatchObject({ ok: true });
  });

  it('is read as WHATWG reads it', () => {
    const judged = judgeUrl('https://Hooks.Example:443/a/../b?c=d', strictPolicy);
    expect(judged).toMatchObject({ ok: true, url: { href: 'https://hooks.example/b?c=d' } });
  });

  it.each([
    ['http://hooks.example/', 'URL_SCHEME', 'the URL is http: write https://…'],
    [
      'https://hooks.example:8443/',
      ...['URL_PORT', 'port 8443 of the URL may not be called: use one of 443'],
    ],
    [
      'https://2130706433/',
      'URL_ADDRESS',
      'the host of the URL is 127.0.0.1, which is not an address of the public Internet: name a host that can be reached from there',
    ],
    [
      'https://a:b@hooks.example/',
      'URL_CREDENTIALS',
      'the URL has a user name or password before its host: leave out all up to the @, and use the signature',
    ],
    [
      'https://hooks.example/ a',
      'URL_MALFORMED',
      'character 23 of the URL is a space, control character or \\: leave it out, or percent-encode it',
    ],
  ])('is refused with what to do: %s', (text, code, message) => {
    expect(judgeUrl(text, strictPolicy)).toEqual({ ok: false, code, message });
  });

  it.each([
    ['', 'URL_MALFORMED'],
    ['https://', 'URL_HOST'],
    ['https:////hooks.example/', 'URL_HOST'],
    ['https://hooks.example:99999/', 'URL_MALFORMED'],
    ['https://hooks.example/#', 'URL_FRAGMENT'],
    ['https://hooks.example/\ud800', 'URL_MALFORMED'],
    [`https://${'a'.repeat(64)}.example/`, 'URL_HOST'],
    [`https://${'a.'.repeat(130)}example/`, 'URL_HOST'],
    [`https://hooks.example/${'a'.repeat(2_027)}`, 'URL_TOO_LONG'],
    ['javascript://hooks.example/', 'URL_SCHEME'],
  ])('is refused: %j', (text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  it('of 2,048 characters may be called', () => {
    expect(codeOf(`https://hooks.example/${'a'.repeat(2_026)}`)).toBe('ok');
  });
});

describe('the policy', () => {
  it('lets http and more ports pass where it says so', () => {
    const policy = { allowLoopback: false, ports: [8443], allowHttp: true };
    for (const text of ['http://a.example/', 'https://a.example:8443/', 'http://a.example:8443/'])
      expect(codeOf(text, policy)).toBe('ok');
    expect(codeOf('http://a.example:8080/', policy)).toBe('URL_PORT');
    expect(codeOf('https://a.example:80/')).toBe('URL_PORT');
  });

  it.each([
    'http://127.0.0.1:3000/',
    'https://127.9.9.9:1/',
    'http://[::1]:8082/',
    'http://localhost/',
  ])('of the local stack lets loopback pass, on any port: %s', (text) => {
    expect(codeOf(text, local)).toBe('ok');
    expect(codeOf(text)).not.toBe('ok');
  });

  it.each([
    ...['https://10.0.0.1/', 'https://169.254.169.254/', 'https://0.0.0.0/', 'https://redis/'],
    ...['https://a.localhost/', 'https://[::ffff:127.0.0.1]/', 'https://printer.local/'],
    ...['http://hooks.example/', 'https://hooks.example:8080/', 'https://a:b@127.0.0.1/'],
  ])('of the local stack opens nothing else: %s', (text) => {
    expect(codeOf(text, local)).not.toBe('ok');
  });
});

describe('an address', () => {
  it.each(['93.184.215.14', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2600:1406::1', '2a00::1'])(
    'may be called: %s',
    (address) => expect(judgeAddress(address, strictPolicy)).toBe(true),
  );

  it.each([
    ...['0.0.0.0', '10.0.0.0', '100.64.0.0', '100.127.255.255', '127.0.0.1', '169.254.0.1'],
    ...['172.16.0.0', '172.31.255.255', '192.0.0.8', '192.0.2.1', '192.168.0.0', '198.18.0.0'],
    ...['198.51.100.1', '203.0.113.1', '224.0.0.1', '239.1.1.1', '240.0.0.1', '255.255.255.255'],
    ...['168.63.129.16', '::', '::1', '::ffff:1.1.1.1', '64:ff9b::1.1.1.1', '100::1', 'fc00::1'],
    ...['2001::1', '2001:db8::1', '2002:101:101::1', '3fff::1', '4000::1', 'fe80::1', 'ff02::1'],
    ...['fe80::1%eth0', '0x7f.1', '127.1', '2130706433', '0127.0.0.1', '', 'a.example', ' 1.1.1.1'],
  ])('may not be called: %s', (address) => {
    expect(judgeAddress(address, strictPolicy)).toBe(false);
  });
});
