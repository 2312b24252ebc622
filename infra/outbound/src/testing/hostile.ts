import type { OutboundFailure } from '../failures.ts';

export type Layer = 'url' | 'address' | 'peer';
export const schemes = ['http', 'https'] as const;
export type Scheme = (typeof schemes)[number];

/** An attempt to make us call the inside. */
export interface Hostile {
  readonly name: string;
  /** With SCHEME and PORT where those of the canary belong. */
  readonly url: string;
  /** The name server's answers to the first look-up, the second, and so on; the last one stays. */
  readonly answers: readonly (readonly string[])[];
  /** How many requests it takes; the memory of answers is over before each. */
  readonly posts: number;
  /** The network leads the vetted address to the canary, which shows as this one. */
  readonly comesOutAt: string | null;
  readonly stoppedBy: Layer;
  /** Of the last request. */
  readonly code: OutboundFailure;
  /** Addresses of the public Internet that are rightly connected to on the way. */
  readonly dials: readonly string[];
}

/** An address of the public Internet; no test connects to it. */
export const publicAddress = '93.184.215.14';
const anotherPublic = '93.184.215.15';

const base = { answers: [[publicAddress]], posts: 1, comesOutAt: null, dials: [] };

type Row = readonly [name: string, url: string];

const byUrl = (rows: readonly Row[]): readonly Hostile[] =>
  rows.map(([name, url]) => ({ ...base, name, url, stoppedBy: 'url', code: 'REFUSED_URL' }));

/** Loopback, in every way that a URL can write it. */
const loopback = byUrl([
  ['loopback', 'SCHEME://127.0.0.1:PORT/'],
  ['another address of loopback', 'SCHEME://127.8.9.10:PORT/'],
  ['one number', 'SCHEME://2130706433:PORT/'],
  ['one number in hex', 'SCHEME://0x7f000001:PORT/'],
  ['one number in octal', 'SCHEME://017700000001:PORT/'],
  ['two parts', 'SCHEME://127.1:PORT/'],
  ['two parts, the first in hex', 'SCHEME://0x7f.1:PORT/'],
  ['an octal part', 'SCHEME://0177.0.0.1:PORT/'],
  ['parts of three bases', 'SCHEME://0x7f.000.0.01:PORT/'],
  ['with a final dot', 'SCHEME://127.0.0.1.:PORT/'],
  ['percent-encoded dots', 'SCHEME://127%2e0%2e0%2e1:PORT/'],
  ['percent-encoded digits', 'SCHEME://%31%32%37.0.0.1:PORT/'],
  ['full-width digits', 'SCHEME://１２７.０.０.１:PORT/'],
  ['circled digits', 'SCHEME://①②⑦.⓪.⓪.①:PORT/'],
  ['ideographic full stops', 'SCHEME://127。0。0。1:PORT/'],
  ['the unspecified address', 'SCHEME://0.0.0.0:PORT/'],
  ['zero', 'SCHEME://0:PORT/'],
  ['an address of 0/8', 'SCHEME://0.1.2.3:PORT/'],
  ['IPv6 loopback', 'SCHEME://[::1]:PORT/'],
  ['IPv6 loopback, written out', 'SCHEME://[0:0:0:0:0:0:0:1]:PORT/'],
  ['IPv6 unspecified', 'SCHEME://[::]:PORT/'],
  ['mapped into IPv6', 'SCHEME://[::ffff:127.0.0.1]:PORT/'],
  ['mapped into IPv6, in hex', 'SCHEME://[::ffff:7f00:1]:PORT/'],
  ['compatible with IPv6', 'SCHEME://[::127.0.0.1]:PORT/'],
  ['translated, RFC 6145', 'SCHEME://[::ffff:0:127.0.0.1]:PORT/'],
  ['through NAT64', 'SCHEME://[64:ff9b::127.0.0.1]:PORT/'],
  ['through local NAT64', 'SCHEME://[64:ff9b:1::7f00:1]:PORT/'],
  ['through 6to4', 'SCHEME://[2002:7f00:1::]:PORT/'],
  ['through Teredo', 'SCHEME://[2001:0:4136:e378:8000:63bf:80ff:fffe]:PORT/'],
]);

const otherInside = byUrl([
  ['private, 10/8', 'SCHEME://10.0.0.1:PORT/'],
  ['private, 172.16/12', 'SCHEME://172.31.255.254:PORT/'],
  ['private, 192.168/16, in two parts', 'SCHEME://192.11010049:PORT/'],
  ['carrier NAT, and a metadata service', 'SCHEME://100.100.100.200:PORT/'],
  ['link-local, and most metadata services', 'SCHEME://169.254.169.254:PORT/latest/meta-data/'],
  ['metadata as one number', 'SCHEME://2852039166:PORT/'],
  ['metadata mapped into IPv6', 'SCHEME://[::ffff:a9fe:a9fe]:PORT/'],
  ['metadata over unique local IPv6', 'SCHEME://[fd00:ec2::254]:PORT/'],
  ['metadata at a public address', 'SCHEME://168.63.129.16:PORT/'],
  ['metadata in 192.0.0/24', 'SCHEME://192.0.0.192:PORT/'],
  ['benchmarks, 198.18/15', 'SCHEME://198.19.0.1:PORT/'],
  ['reserved, 240/4', 'SCHEME://240.0.0.1:PORT/'],
  ['broadcast', 'SCHEME://255.255.255.255:PORT/'],
  ['multicast', 'SCHEME://224.0.0.1:PORT/'],
  ['IPv6 link-local', 'SCHEME://[fe80::1]:PORT/'],
  ['IPv6 link-local with a zone', 'SCHEME://[fe80::1%25lo]:PORT/'],
  ['IPv6 site-local', 'SCHEME://[fec0::1]:PORT/'],
  ['IPv6 multicast', 'SCHEME://[ff02::1]:PORT/'],
  ['IPv6 that nobody was given', 'SCHEME://[4000::1]:PORT/'],
]);

/** Their name server says that they are public. */
const names = byUrl([
  ['localhost', 'SCHEME://localhost:PORT/'],
  ['localhost in capitals, with a final dot', 'SCHEME://LocalHost.:PORT/'],
  ['localhost in circled letters', 'SCHEME://ⓛocalhost:PORT/'],
  ['below localhost', 'SCHEME://a.localhost:PORT/'],
  ['of the local network', 'SCHEME://printer.local:PORT/'],
  ['of a company', 'SCHEME://wiki.corp:PORT/'],
  ['metadata by name', 'SCHEME://metadata.google.internal:PORT/computeMetadata/v1/'],
  ['metadata under a public suffix', 'SCHEME://metadata.tencentyun.com:PORT/'],
  ['a service of Kubernetes', 'SCHEME://redis.default.svc:PORT/'],
  ['a service of Kubernetes in full', 'SCHEME://redis.default.svc.cluster.local:PORT/'],
  ['a name of one part', 'SCHEME://redis:PORT/'],
  ['a final dot', 'SCHEME://hooks.example.:PORT/'],
  ['an empty part', 'SCHEME://hooks..example:PORT/'],
]);

const forms = byUrl([
  ['no host', 'SCHEME:///127.0.0.1:PORT/'],
  ['no slashes', 'SCHEME:127.0.0.1:PORT/'],
  ['backslashes', 'SCHEME:\\\\127.0.0.1:PORT\\'],
  ['a host behind a user name', 'SCHEME://hooks.example@127.0.0.1:PORT/'],
  ['credentials', 'SCHEME://user:password@hooks.example:PORT/'],
  ['an empty user name', 'SCHEME://@hooks.example:PORT/'],
  ['a backslash before an @', 'SCHEME://hooks.example\\@127.0.0.1:PORT/'],
  ['a fragment', 'SCHEME://hooks.example:PORT/#@127.0.0.1'],
  ['a line break in the host', 'SCHEME://127.0.\n0.1:PORT/'],
  ['a line break in the path', 'SCHEME://hooks.example:PORT/a\r\nHost: inside'],
  ['a tab before the scheme', '\tSCHEME://hooks.example:PORT/'],
  ['a NUL in the host', 'SCHEME://hooks.example\u0000.inside:PORT/'],
  ['a port that is not listed: SSH', 'SCHEME://hooks.example:22/'],
  ['a port that is not listed: Redis', 'SCHEME://hooks.example:6379/'],
  ['port 0', 'SCHEME://hooks.example:0/'],
  ['a port beyond 65535', 'SCHEME://hooks.example:65616/'],
  ['another scheme: gopher', 'gopher://127.0.0.1:PORT/_FLUSHALL'],
  ['another scheme: ftp', 'ftp://hooks.example:PORT/'],
  ['another scheme: file', 'file:///etc/passwd'],
  ['another scheme: ws', 'ws://hooks.example:PORT/'],
  ['no URL', 'hooks.example:PORT'],
  ['too long', `SCHEME://hooks.example:PORT/${'a'.repeat(2_048)}`],
]);

const byAnswer = (rows: readonly (readonly [name: string, ...answer: string[]])[]) =>
  rows.map(([name, ...answer]): Hostile => ({
    ...base,
    ...{ name, url: 'SCHEME://hooks.example:PORT/', answers: [answer] },
    ...{ stoppedBy: 'address', code: 'REFUSED_ADDRESS' },
  }));

const answers = byAnswer([
  ['a name that leads to loopback', '127.0.0.1'],
  ['to IPv6 loopback', '::1'],
  ['to the unspecified address', '0.0.0.0'],
  ['to IPv6 unspecified', '::'],
  ['to a private network', '10.1.2.3'],
  ['to another private network', '172.16.0.1'],
  ['to the network at home', '192.168.1.1'],
  ['to carrier NAT', '100.64.0.1'],
  ['to link-local', '169.254.169.254'],
  ['to metadata at a public address', '168.63.129.16'],
  ['to unique local IPv6', 'fd12:3456:789a::1'],
  ['to IPv6 link-local', 'fe80::1'],
  ['to IPv6 link-local with a zone', 'fe80::1%lo'],
  ['to mapped loopback', '::ffff:127.0.0.1'],
  ['to mapped loopback, in hex', '::ffff:7f00:1'],
  ['to loopback through NAT64', '64:ff9b::7f00:1'],
  ['to a private network through 6to4', '2002:a00:1::1'],
  ['to loopback through Teredo', '2001:0:4136:e378:8000:63bf:80ff:fffe'],
  ['to multicast', '239.255.255.250'],
  ['to documentation', '203.0.113.7'],
  ['to what is no address', '0x7f.1'],
  ['to another name, as text', 'localhost'],
  ['public first, then inside', publicAddress, '127.0.0.1'],
  ['inside first, then public', '127.0.0.1', publicAddress],
  ['public over IPv4, inside over IPv6', publicAddress, '::1'],
  ['one inside among many', ...Array.from({ length: 40 }, () => publicAddress), '10.0.0.1'],
  ['more than an answer has', ...Array.from({ length: 65 }, () => publicAddress)],
]);

const rebinding: readonly Hostile[] = [
  {
    ...base,
    ...{ name: 'rebinding between two requests', url: 'SCHEME://rebind.example:PORT/', posts: 2 },
    ...{ answers: [[publicAddress], ['127.0.0.1']], dials: [publicAddress] },
    ...{ stoppedBy: 'address', code: 'REFUSED_ADDRESS' },
  },
  {
    ...base,
    ...{ name: 'rebinding between look-up and connection', url: 'SCHEME://rebind.example:PORT/' },
    ...{ answers: [[publicAddress], ['127.0.0.1']], dials: [publicAddress] },
    // Nobody asks a second time: it is the public address that does not answer here.
    ...{ stoppedBy: 'address', code: 'CONNECT_REFUSED' },
  },
  {
    ...base,
    ...{ name: 'an alias that turns inside', url: 'SCHEME://alias.example:PORT/', posts: 3 },
    ...{ answers: [[publicAddress], [anotherPublic], [anotherPublic, '192.168.0.10']] },
    ...{ dials: [publicAddress, anotherPublic] },
    ...{ stoppedBy: 'address', code: 'REFUSED_ADDRESS' },
  },
];

/** What the name server and the URL cannot show: the way there leads elsewhere. */
const ways: readonly Hostile[] = [
  ['a public name whose way comes out inside', 'SCHEME://hooks.example:PORT/', '127.0.0.1'],
  ['a public address whose way comes out inside', `SCHEME://${publicAddress}:PORT/`, '10.0.0.1'],
  ['a name whose way comes out elsewhere', 'SCHEME://hooks.example:PORT/', anotherPublic],
].map(([name = '', url = '', comesOutAt = '']) => ({
  ...base,
  ...{ name, url, comesOutAt, dials: [publicAddress] },
  ...{ stoppedBy: 'peer', code: 'REFUSED_ADDRESS' },
}));

export const hostile: readonly Hostile[] = [
  ...[...loopback, ...otherInside, ...names, ...forms, ...answers, ...rebinding, ...ways],
];

/** Both where the entry leaves the scheme open. */
export const schemesOf = ({ url }: Hostile): readonly Scheme[] =>
  url.includes('SCHEME') ? schemes : ['http'];
