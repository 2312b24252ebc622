import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { waitMsAfter } from './from-log.ts';
import * as limits from './limits.ts';

/** What is said with every command. */
export interface Said {
  /** In words for people; it stays in the log. */
  readonly reason: string;
  /** The same in every repeat of one command, across restarts as well. One is made unless given. */
  readonly once?: string;
}

export type CommandResult =
  /** It is so; it may have been so before. */
  | {
      readonly kind: 'done';
      readonly status: string;
      readonly alert: Readonly<Record<string, unknown>>;
    }
  /** Nothing was done, and a repeat gets the same answer. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** It may or may not have been done. Say it again with the same `once` to learn which. */
  | { readonly kind: 'unknown'; readonly once: string; readonly message: string };

/** Commands about alerts; all resolve, whatever becomes of them. */
export interface AlertCommands {
  acknowledge(alertId: string, said: Said): Promise<CommandResult>;
  investigate(alertId: string, said: Said): Promise<CommandResult>;
  resolve(alertId: string, said: Said): Promise<CommandResult>;
  /** `loss` in major units, as text: `12.34`; all that is at stake unless given. */
  writeOff(
    alertId: string,
    said: Said & { readonly loss?: string; readonly currency: string },
  ): Promise<CommandResult>;
  /** `until`: when it stands again if it is still so; for good unless given. */
  suppress(alertId: string, said: Said & { readonly until?: Date }): Promise<CommandResult>;
  reopen(alertId: string, said: Said): Promise<CommandResult>;
}

export interface AlertCommandsOptions {
  /** Of the BFF: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Asked for each attempt: the ID token of an operator. */
  readonly token: () => string | Promise<string>;
  readonly tries?: number;
  readonly signal?: AbortSignal;
}

const done = z.object({
  alert: z.looseObject({ status: z.string() }),
});
const refusal = z.object({ code: z.string(), message: z.string() });

/**
 * Sends commands to the BFF, each under an idempotency key: what gets no clear answer is sent again,
 * and decided once.
 */
export function createAlertCommands(options: AlertCommandsOptions): AlertCommands {
  const base = options.url.replace(/\/+$/, '');

  async function attempt(path: string, once: string, body: string): Promise<Answer> {
    const timeout = AbortSignal.timeout(limits.commandTimeoutMs);
    const { signal } = options;
    const response = await fetch(`${base}${path}`, {
      ...{ method: 'POST', body, redirect: 'error' },
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      headers: {
        Authorization: `Bearer ${await options.token()}`,
        ...{ 'Content-Type': 'application/json', 'Idempotency-Key': once },
      },
    });
    const retryMs = Number(response.headers.get('retry-after') ?? '0') * 1_000;
    const json: unknown = await response.json().catch(() => null);
    return { status: response.status, retryMs, json };
  }

  async function say(
    verb: string,
    alertId: string,
    { once = randomUUID(), ...said }: Said & Readonly<Record<string, unknown>>,
  ): Promise<CommandResult> {
    const path = `/api/alerts/${encodeURIComponent(alertId)}/${verb}`;
    const tries = options.tries ?? limits.commandTries;
    let message = 'not tried';
    for (let tried = 1; tried <= tries && options.signal?.aborted !== true; tried += 1) {
      let retryMs = 0;
      try {
        const answer = await attempt(path, once, JSON.stringify(said));
        const result = resultOf(answer);
        if (result !== null) return result;
        message = messageOf(answer);
        ({ retryMs } = answer);
      } catch (error) {
        message = error instanceof Error ? error.message : String(error);
      }
      if (tried === tries) break;
      const waitMs = Math.max(retryMs, waitMsAfter(tried, limits.commandRetryMs));
      const { signal } = options;
      const how = signal === undefined ? {} : { signal };
      await sleep(Math.min(waitMs, limits.commandRetryMs.most), undefined, how).catch(
        () => undefined,
      );
    }
    return { kind: 'unknown', once, message };
  }

  return {
    acknowledge: (alertId, said) => say('acknowledge', alertId, { ...said }),
    investigate: (alertId, said) => say('investigate', alertId, { ...said }),
    resolve: (alertId, said) => say('resolve', alertId, { ...said }),
    writeOff: (alertId, said) => say('write-off', alertId, { ...said }),
    suppress: (alertId, { until, ...said }) =>
      say('suppress', alertId, { ...said, until: until?.toISOString() ?? null }),
    reopen: (alertId, said) => say('reopen', alertId, { ...said }),
  };
}

interface Answer {
  readonly status: number;
  readonly retryMs: number;
  readonly json: unknown;
}

/** `null` for an answer that a repeat may change. */
function resultOf({ status, json }: Answer): CommandResult | null {
  if (status === 200) {
    const parsed = done.safeParse(json);
    if (!parsed.success) return null;
    const { alert } = parsed.data;
    return { kind: 'done', status: alert.status, alert };
  }
  if (status >= 500 || status === 429 || status === 408) return null;
  const parsed = refusal.safeParse(json);
  const code = parsed.success ? parsed.data.code : String(status);
  return { kind: 'refused', code, message: parsed.success ? parsed.data.message : '' };
}

const messageOf = ({ status, json }: Answer): string => {
  const parsed = refusal.safeParse(json);
  return parsed.success ? `${parsed.data.code}: ${parsed.data.message}` : String(status);
};
