import { isIP } from 'node:net';
import type { IPv4, IPv6 } from 'ipaddr.js';
import ipaddr from 'ipaddr.js';
import type { OutboundPolicy } from './policy.ts';

/** Global by their range, and inside all the same. */
const insideByName: Readonly<Record<string, string>> = {
  '168.63.129.16': "Azure's host agent",
};

/** What IANA has given out for global use (RFC 4291, 2.4); every other IPv6 address is refused. */
const globalV6: [IPv6, number] = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address may be called: those of the public Internet, and loopback where the policy lets
 * it. Ways to write or wrap an IPv4 address in IPv6 (mapped, NAT64, 6to4, Teredo) are refused as
 * such, whatever is inside. Text that is not exactly an address (`0x7f.1`, a zone id) is refused.
 */
export function judgeAddress(text: string, policy: OutboundPolicy): boolean {
  if (isIP(text) === 0 || text.includes('%')) return false;
  const address: IPv4 | IPv6 = ipaddr.parse(text);
  const range = address.range();
  if (range === 'loopback') return policy.allowLoopback;
  if (range !== 'unicast') return false;
  if (address instanceof ipaddr.IPv6) return address.match(globalV6);
  return insideByName[address.toString()] === undefined;
}

export function isLoopback(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%') && ipaddr.parse(text).range() === 'loopback';
}

/** One text for each address. `null`: no address. */
export const canonicalAddress = (text: string): string | null =>
  isIP(text) === 0 || text.includes('%') ? null : ipaddr.parse(text).toString();
