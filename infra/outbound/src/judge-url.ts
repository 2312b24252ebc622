import { isIP } from 'node:net';
import type { UrlProblem } from './failures.ts';
import { isLoopback, judgeAddress } from './judge-address.ts';
import * as limits from './limits.ts';
import type { OutboundPolicy } from './policy.ts';

export type UrlJudgement =
  | { readonly ok: true; readonly url: URL }
  | {
      readonly ok: false;
      readonly code: UrlProblem;
      /** What is wrong, where, and what to do. */
      readonly message: string;
    };

/**
 * Names that lead inside by convention: RFC 6761, 6762 and 8375, ICANN's `.internal`, and what home
 * routers, companies and Kubernetes use.
 */
const insideSuffixes = [
  ...['localhost', 'localdomain', 'local', 'internal', 'intranet', 'private', 'corp', 'home'],
  ...['lan', 'home.arpa', 'in-addr.arpa', 'ip6.arpa', 'svc'],
];

/** Metadata services of clouds, where the suffix does not say so already. */
const insideNames = new Set([
  ...['metadata.tencentyun.com', 'metadata.platformequinix.com', 'metadata.packet.net'],
  ...['metadata.azure.com', 'metadata.oraclecloud.com'],
]);

const problem = (code: UrlProblem, message: string): UrlJudgement => ({ ok: false, code, message });

/**
 * The first of three layers: what can be said of a URL by looking at it. Pure, so that the same
 * judgement is made when a URL is saved and when it is called. `url` is as WHATWG's parser reads it,
 * which is the reading that is connected to.
 */
export function judgeUrl(text: string, policy: OutboundPolicy): UrlJudgement {
  return problemOfText(text) ?? judgeParsed(new URL(text), policy);
}

/** Where readers of URLs disagree, none of the readings is taken. */
function problemOfText(text: string): UrlJudgement | null {
  if (text.length > limits.urlCharactersMax) {
    const what = `the URL has ${text.length} characters; ${limits.urlCharactersMax} at most`;
    return problem('URL_TOO_LONG', `${what}: give a shorter one`);
  }
  const strange = /[\p{Cc}\s\\]|\p{Cs}/u.exec(text);
  if (strange !== null) {
    const what = `character ${strange.index + 1} of the URL is a space, control character or \\`;
    return problem('URL_MALFORMED', `${what}: leave it out, or percent-encode it`);
  }
  const [, scheme, authority = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i.exec(text) ?? [];
  if (scheme === undefined)
    return problem('URL_MALFORMED', 'the URL does not begin with a scheme and //: write https://…');
  if (!/^https?$/i.test(scheme))
    return problem('URL_SCHEME', 'the URL is neither https nor http: write https://…');
  if (authority === '')
    return problem(
      'URL_HOST',
      'the URL has no host: write it after https://, as in https://example.com/',
    );
  if (authority.includes('@')) {
    const what = 'the URL has a user name or password before its host';
    return problem('URL_CREDENTIALS', `${what}: leave out all up to the @, and use the signature`);
  }
  if (text.includes('#'))
    return problem('URL_FRAGMENT', 'the URL has a # part, which is never sent: leave it out');
  if (!URL.canParse(text)) {
    const what = 'the host or port of the URL cannot be read';
    return problem('URL_MALFORMED', `${what}: write https://name.example/path`);
  }
  return null;
}

function judgeParsed(url: URL, policy: OutboundPolicy): UrlJudgement {
  const host = hostOf(url);
  const loopback = policy.allowLoopback && (host === 'localhost' || isLoopback(host));
  if (url.protocol !== 'https:' && !policy.allowHttp && !loopback)
    return problem('URL_SCHEME', 'the URL is http: write https://…');
  const wrongHost = loopback
    ? null
    : isIP(host)
      ? problemOfAddress(host, policy)
      : problemOfName(host);
  if (wrongHost !== null) return wrongHost;
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const ports = [443, ...(policy.allowHttp ? [80] : []), ...policy.ports];
  if (!loopback && !ports.includes(port)) {
    const listed = ports.join(', ');
    return problem('URL_PORT', `port ${port} of the URL may not be called: use one of ${listed}`);
  }
  return { ok: true, url };
}

/** Without the brackets of an IPv6 address. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

function problemOfAddress(host: string, policy: OutboundPolicy): UrlJudgement | null {
  if (judgeAddress(host, policy)) return null;
  const what = `the host of the URL is ${host}, which is not an address of the public Internet`;
  return problem('URL_ADDRESS', `${what}: name a host that can be reached from there`);
}

function problemOfName(host: string): UrlJudgement | null {
  const labels = host.split('.');
  const wellFormed =
    host.length <= limits.nameCharactersMax &&
    labels.every(
      (label) => label.length <= limits.labelCharactersMax && /^[a-z0-9_-]+$/.test(label),
    );
  if (!wellFormed) {
    const what = 'the host of the URL has an empty or overlong part, a final dot or a strange sign';
    return problem('URL_HOST', `${what}: write it as in https://name.example/`);
  }
  const inside =
    labels.length === 1 ||
    insideNames.has(host) ||
    insideSuffixes.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));
  if (!inside) return null;
  const what = `the host of the URL, ${host}, is a name of the inside of a network`;
  return problem('URL_HOST', `${what}: use one of the public Internet`);
}
