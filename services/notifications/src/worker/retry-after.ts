import { retryAfterMsMax } from './limits.ts';

/** `Sun, 06 Nov 1994 08:49:37 GMT`, the one form of a date that may still be sent. */
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/**
 * How long an endpoint asks to wait, in ms, 72 hours at most: seconds or a date (RFC 9110, 10.2.3).
 * `null` when it does not ask, when nobody could say what it asks, and when that is past.
 */
export function parseRetryAfter(text: string | undefined, wallNowMs: number): number | null {
  const hint = text?.trim() ?? '';
  const waitMs = /^\d+$/.test(hint)
    ? Number(hint) * 1_000
    : httpDate.test(hint)
      ? Date.parse(hint) - wallNowMs
      : Number.NaN;
  return waitMs > 0 ? Math.min(Math.ceil(waitMs), retryAfterMsMax) : null;
}
