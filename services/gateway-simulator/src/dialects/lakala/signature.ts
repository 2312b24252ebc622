import type { KeyObject } from 'node:crypto';
import { createSign, createVerify } from 'node:crypto';

/**
 * Lakala's open platform, version 3 (the Java SDK's LklApiCredentials, LklApiValidator and
 * NotificationHandler; github.com/zkmio/lakala-sdk): SHA256withRSA, base64, over lines that each end
 * in a line feed.
 *
 *   request    appid, serial_no, timestamp, nonce_str, body       header Authorization
 *   answer     appid, serial_no, timestamp, nonce_str, body       headers Lklapi-…
 *   callback   timestamp, nonce_str, body                         header Authorization
 */
export const schemeName = 'LKLAPI-SHA256withRSA';

export const linesOf = (parts: readonly string[]): string =>
  parts.map((part) => `${part}\n`).join('');

export const sign = (key: KeyObject, parts: readonly string[]): string =>
  createSign('RSA-SHA256').update(linesOf(parts), 'utf8').sign(key, 'base64');

export function verify(key: KeyObject, parts: readonly string[], signature: string): boolean {
  if (!/^[0-9A-Za-z+/]+={0,2}$/.test(signature)) return false;
  return createVerify('RSA-SHA256').update(linesOf(parts), 'utf8').verify(key, signature, 'base64');
}

export interface Authorization {
  readonly appid: string;
  readonly serialNo: string;
  /** Seconds. */
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
}

/** `LKLAPI-SHA256withRSA appid="…",nonce_str="…",timestamp="…",serial_no="…",signature="…"`. */
export function parseAuthorization(header: string): Authorization | null {
  const prefix = `${schemeName} `;
  if (!header.startsWith(prefix)) return null;
  const fields = new Map<string, string>();
  for (const part of header.slice(prefix.length).split(',')) {
    const [, name, value] = /^\s*(\w+)="([^"]*)"\s*$/.exec(part) ?? [];
    if (name === undefined || value === undefined || fields.has(name)) return null;
    fields.set(name, value);
  }
  const appid = fields.get('appid');
  const serialNo = fields.get('serial_no');
  const timestamp = fields.get('timestamp');
  const nonce = fields.get('nonce_str');
  const signature = fields.get('signature');
  if (!appid || !serialNo || !timestamp || !nonce || !signature) return null;
  return /^\d{1,12}$/.test(timestamp) ? { appid, serialNo, timestamp, nonce, signature } : null;
}
