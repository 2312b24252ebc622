import { SchemasUnavailable } from '@plumbline/events';
import type { Logger } from '@plumbline/observability';
import { setTimeout as sleep } from 'node:timers/promises';
import { retryDelaysMs } from './limits.ts';

export interface RetryOptions {
  readonly what: string;
  readonly logger: Logger;
  /** Time of one request, of which an attempt makes up to four. */
  readonly requestMs: number;
  /** Aborted when the client is closed. */
  readonly closing: AbortSignal;
}

/**
 * Repeats what failed with {@link SchemasUnavailable} a few times; every other error is an answer.
 * Each attempt ends in time, even when the client below it loses its callback.
 */
export async function withRetries<T>(options: RetryOptions, call: () => Promise<T>): Promise<T> {
  const { what, logger, closing } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTime(options, call);
    } catch (error) {
      const delayMs = retryDelaysMs[attempt - 1];
      if (!(error instanceof SchemasUnavailable) || delayMs === undefined || closing.aborted) {
        throw error;
      }
      logger.warn('the schema registry gave no answer; trying again', { what, attempt, error });
      await sleep(delayMs, undefined, { signal: closing }).catch(() => undefined);
    }
  }
}

/** Requests of one attempt at most: two readings of a subject's level and its registration twice. */
const requestsMax = 4;

function inTime<T>(options: RetryOptions, call: () => Promise<T>): Promise<T> {
  const { what, closing, requestMs } = options;
  const attemptMs = requestMs * requestsMax;
  return new Promise<T>((resolve, reject) => {
    const fail = (why: string) => reject(new SchemasUnavailable(`${what}: ${why}`));
    if (closing.aborted) {
      fail('the client is closed');
      return;
    }
    const onClose = () => fail('the client is closed');
    const timer = setTimeout(() => fail(`no answer within ${attemptMs} ms`), attemptMs);
    closing.addEventListener('abort', onClose, { once: true });
    call()
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer);
        closing.removeEventListener('abort', onClose);
      });
  });
}
