import { randomBytes } from 'node:crypto';
import { digestOfKey } from './api-key-text.ts';

/**
 * What a monitor client is given with a key: the secret that its signatures are made with,
 * `mk_<43 of base64url: 32 random bytes>`, and a Bearer token,
 * `mt_<16 hex digits: key id>_<43 of base64url>`. Signatures need the secret's text, so it is kept
 * encrypted; of the token its SHA-256 is enough.
 */
const tokenForm = /^mt_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;

export interface NewMonitorTexts {
  /** Both are shown once. */
  readonly secret: string;
  readonly token: string;
  readonly tokenDigest: Buffer;
}

const randomText = (): string => randomBytes(32).toString('base64url');

/** 16 hex digits, no secret: the log names a key by it. */
export const newMonitorKeyId = (): string => randomBytes(8).toString('hex');

export function newMonitorTexts(keyId: string): NewMonitorTexts {
  const token = `mt_${keyId}_${randomText()}`;
  return { secret: `mk_${randomText()}`, token, tokenDigest: digestOfKey(token) };
}

/** `null`: no token of ours. */
export const keyIdOfToken = (text: string): string | null => tokenForm.exec(text)?.[1] ?? null;
