import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { GatewayHttpResponse, RawCallback, RequestContext } from '../port.ts';
import { isSameText } from '@plumbline/http';

/**
 * LKLAPI-SHA256withRSA: RSASSA-PKCS1-v1_5 with SHA-256 over lines that each end with a newline.
 *
 *   request, answer   appid, serial number of the signer's certificate, seconds, nonce, body
 *   callback          seconds, nonce, body
 *
 * Sources: o.lakala.com document 1004 (V3 signing); LklApiCredentials.java and LklApiValidator.java of
 * Lakala's SDK 1.0.6 (github.com/zkmio/lakala-sdk).
 */
export interface LakalaKeys {
  readonly appId: string;
  /** Of our certificate, as Lakala lists it: `00dfba8194c41b84cf`. */
  readonly serialNo: string;
  /** PKCS #8. */
  readonly privateKeyPem: string;
  /** Lakala's certificates or public keys; several at once while they are being changed. */
  readonly platformKeys: readonly { readonly serialNo: string; readonly pem: string }[];
}

export interface LakalaSignatures {
  /** The Authorization header of a request. */
  authorization(body: string, context: RequestContext): string;
  isAnswerSigned(response: GatewayHttpResponse): boolean;
  /** When the callback was signed, epoch ms; `null`: not by Lakala. */
  callbackSignedAtMs(callback: Pick<RawCallback, 'headers' | 'body'>): number | null;
}

const scheme = 'LKLAPI-SHA256withRSA';

const linesOf = (parts: readonly string[], body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(parts.map((part) => `${part}\n`).join('')), body, Buffer.from('\n')]);

/** Throws for a key that is not RSA of 2,048 bits at least, and where no platform key is given. */
export function createLakalaSignatures(keys: LakalaKeys): LakalaSignatures {
  const { appId, serialNo } = keys;
  const privateKey = strong(createPrivateKey(keys.privateKeyPem));
  const platformKeys = new Map(
    keys.platformKeys.map(({ serialNo: serial, pem }) => [
      serialOf(serial),
      strong(createPublicKey(pem)),
    ]),
  );
  if (platformKeys.size === 0) throw new Error('at least one platform key of Lakala is needed');
  return {
    authorization(body, { nowMs, nonce }) {
      const timestamp = String(Math.floor(nowMs / 1_000));
      const text = linesOf([appId, serialNo, timestamp, nonce], Buffer.from(body));
      const signature = sign('RSA-SHA256', text, privateKey).toString('base64');
      return (
        `${scheme} appid="${appId}",serial_no="${serialNo}",timestamp="${timestamp}",` +
        `nonce_str="${nonce}",signature="${signature}"`
      );
    },
    isAnswerSigned({ headers, body }) {
      const header = (name: string): string => headers[`lklapi-${name}`] ?? '';
      const key = platformKeys.get(serialOf(header('serial')));
      // An answer that was signed for another app is not one to us.
      if (key === undefined || !isSameText(header('appid'), appId)) return false;
      const parts = ['appid', 'serial', 'timestamp', 'nonce'].map(header);
      return isSigned(linesOf(parts, body), header('signature'), key);
    },
    callbackSignedAtMs({ headers, body }) {
      const parts = partsOf(headers['authorization'] ?? '');
      const { timestamp = '', nonce_str: nonce = '', signature = '' } = parts;
      if (!/^\d{10}$/.test(timestamp) || nonce === '') return null;
      const text = linesOf([timestamp, nonce], body);
      // A callback does not say by which certificate it is signed.
      const signed = [...platformKeys.values()].some((key) => isSigned(text, signature, key));
      return signed ? Number(timestamp) * 1_000 : null;
    },
  };
}

function strong(key: KeyObject): KeyObject {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa' || bits < 2_048) {
    throw new Error('a key for Lakala is RSA of 2048 bits at least');
  }
  return key;
}

/** Serial numbers are hexadecimal numbers, written with or without leading zeros. */
const serialOf = (text: string): string => text.toLowerCase().replace(/^0+/, '');

const isSigned = (text: Buffer, signature: string, key: KeyObject): boolean =>
  /^[A-Za-z0-9+/]+={0,2}$/.test(signature) &&
  verify('RSA-SHA256', text, key, Buffer.from(signature, 'base64'));

/** `<scheme> name="value",…`; empty for another scheme, other writing or a name that stands twice. */
function partsOf(header: string): Readonly<Partial<Record<string, string>>> {
  if (!header.startsWith(`${scheme} `)) return {};
  const parts = new Map<string, string>();
  for (const part of header.slice(scheme.length + 1).split(',')) {
    const [, name = '', quoted, plain] = /^ *([a-z_]+)=(?:"([^"]*)"|([^" ]*)) *$/.exec(part) ?? [];
    if (name === '' || parts.has(name)) return {};
    parts.set(name, quoted ?? plain ?? '');
  }
  return Object.fromEntries(parts);
}
