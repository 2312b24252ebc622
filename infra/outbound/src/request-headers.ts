import type { Failure } from './failures.ts';
import { failed } from './failures.ts';
import { requestHeaderBytesMax } from './limits.ts';

/** They belong to the connection, or say where the request goes and how long it is. */
const ours = new Set([
  ...['host', 'connection', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'te'],
  ...['trailer', 'transfer-encoding', 'upgrade', 'content-length', 'expect'],
]);

/** What keeps headers from being sent (RFC 9110, 5.5 and 5.6.2), `null` when nothing does. */
export function problemOfHeaders(headers: Readonly<Record<string, string>>): Failure | null {
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    bytes += name.length + value.length + 4;
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name))
      return failed('REFUSED_HEADER', `${JSON.stringify(name)} is no name of a header`);
    if (ours.has(name.toLowerCase()))
      return failed('REFUSED_HEADER', `the header ${name} is set by the sender: leave it out`);
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      const what = `the value of the header ${name} has a line break or another sign`;
      return failed('REFUSED_HEADER', `${what} that headers cannot carry`);
    }
  }
  if (bytes <= requestHeaderBytesMax) return null;
  return failed(
    'REFUSED_HEADER',
    `the headers have ${bytes} bytes; ${requestHeaderBytesMax} at most`,
  );
}
