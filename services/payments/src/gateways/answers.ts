import type { Refused, Unknown } from './port.ts';
import * as limits from './limits.ts';

/** For people: one line, without control characters, cut. */
const brief = (text: string): string =>
  Array.from(text.slice(0, 4 * limits.messageCharsMax).replaceAll(/[\p{Cc}\p{Cs}]/gu, ' '))
    .slice(0, limits.messageCharsMax)
    .join('');

const isCode = (text: string): boolean =>
  text.length <= limits.codeCharsMax && /^[\w.-]+$/.test(text);

export const unknown = (code: string, message: string): Unknown => ({
  kind: 'unknown',
  code: isCode(code) ? code : 'UNREADABLE',
  message: brief(message),
});

export const refused = (code: string, message: string): Refused => ({
  kind: 'refused',
  code,
  message: brief(message),
  temporary: false,
});

/** It is about the moment or about us, not about the payment. */
export const refusedForNow = (code: string, message: string): Refused => ({
  ...refused(code, message),
  temporary: true,
});

export const failed = (code: string, message: string) =>
  ({ kind: 'failed', code, message: brief(message) }) as const;

/** An answer that is not what the gateway documents. */
export const unreadable = (what: string): Unknown => unknown('UNREADABLE', what);

/** An answer whose status alone is all that is understood of it. */
export const unknownStatus = (status: number): Unknown =>
  unknown(`HTTP_${status}`, `the gateway answered with status ${status}`);
