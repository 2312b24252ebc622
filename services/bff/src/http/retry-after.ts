import type { HttpProblem } from '@plumbline/http';
import * as limits from '../limits.ts';
import type { BffErrorCode } from './error-codes.ts';
import { problem } from './error-codes.ts';

/** A 503 that says when to come back. */
export const tryAgain = (code: BffErrorCode, cause?: unknown): HttpProblem =>
  problem(code, undefined, {
    headers: { 'Retry-After': String(limits.retryAfterSeconds) },
    ...(cause === undefined ? {} : { cause }),
  });
