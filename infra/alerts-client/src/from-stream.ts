import { setTimeout as sleep } from 'node:timers/promises';
import { alertsEventNames } from '@plumbline/events';
import { z } from 'zod';
import type { AlertEvent, AlertFilter, AlertsFrom, ToldAlert } from './alert.ts';
import { PositionLost, StreamRefused } from './alert.ts';
import { waitMsAfter } from './from-log.ts';
import * as limits from './limits.ts';
import { readEvents } from './read-events.ts';
import { revive } from './revive.ts';

export interface AlertsFromStreamOptions {
  /** Of the queries service: `http://127.0.0.1:8086`. */
  readonly url: string;
  readonly from: AlertsFrom;
  readonly filter?: AlertFilter;
  /** Such as the service key. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** The service is away; it is tried again for as long as it takes. Called once each time. */
  readonly onAway?: (error: Error) => void;
  /** How far the stream has come where it told of nothing: a position as good as an alert's. */
  readonly onPosition?: (position: string) => void;
  readonly silenceMs?: number;
}

const entry = z.object({
  ...{ type: z.string(), eventId: z.string(), actor: z.string(), correlationId: z.string() },
  ...{ causationId: z.string().nullable(), topic: z.string(), partition: z.number() },
  ...{ offset: z.string().regex(/^\d+$/), time: z.string(), appendedAt: z.string() },
  data: z.record(z.string(), z.unknown()),
});
const refusal = z.object({ code: z.string(), message: z.string() });

/**
 * Alerts over server-sent events, for ever: connects again by itself from the last position, and passes
 * over types that this version does not know. Used as {@link alertsFromLog}; a position of either is
 * good for both. Errors: {@link PositionLost}, {@link StreamRefused}.
 */
export async function* alertsFromStream(
  options: AlertsFromStreamOptions,
): AsyncGenerator<ToldAlert, void, undefined> {
  const { signal } = options;
  let at = options.from;
  for (let failed = 0; !signal.aborted;) {
    const silent = createSilence(options.silenceMs ?? limits.silenceMs);
    // Not by AbortSignal.any, which Node 20 lets go of while only a fetch waits for it.
    signal.addEventListener('abort', silent.end);
    try {
      const body = await connect(options, at, silent.signal);
      for await (const event of readEvents(chunksOf(body, silent.signal))) {
        silent.broken();
        failed = 0;
        if (event === null) continue;
        at = { after: event.id };
        const told = toldOf(event);
        if (told !== null) yield told;
        else options.onPosition?.(event.id);
      }
    } catch (error) {
      if (error instanceof PositionLost || error instanceof StreamRefused) throw error;
      if (isOver(signal)) return;
      if (failed === 0) options.onAway?.(error instanceof Error ? error : new Error(String(error)));
    } finally {
      signal.removeEventListener('abort', silent.end);
      silent.end();
    }
    failed += 1;
    const waitMs = waitMsAfter(failed, limits.reconnectMs);
    await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  }
}

const isOver = (signal: AbortSignal): boolean => signal.aborted;

/** Aborts what has said nothing for so long; work on what it said does not count. */
function createSilence(silenceMs: number) {
  const silent = new AbortController();
  const timer = setTimeout(() => silent.abort(new Error('the stream is silent')), silenceMs);
  return {
    signal: silent.signal,
    broken: () => void timer.refresh(),
    end: (): void => {
      clearTimeout(timer);
      // Whoever leaves the loop leaves the connection too.
      silent.abort();
    },
  };
}

/** Ends with the signal: what was asked for by then may not be there to be aborted any more. */
async function* chunksOf(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader();
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

async function connect(
  { url, filter = {}, headers = {} }: AlertsFromStreamOptions,
  at: AlertsFrom,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const asked = new URL(`${url.replace(/\/+$/, '')}/alerts/stream`);
  const { tenant, rules, types, severities } = filter;
  const query = {
    tenant,
    rule: rules?.join(','),
    type: types?.join(','),
    severity: severities?.join(','),
    ...(typeof at === 'object' ? { after: at.after } : { from: at }),
  };
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) asked.searchParams.set(name, value);
  const response = await fetch(asked, { headers: { ...headers }, signal, redirect: 'error' });
  if (response.ok && response.body !== null) return response.body as ReadableStream<Uint8Array>;
  const said = refusal.safeParse(await response.json().catch(() => null));
  const why = said.success ? `${said.data.code}: ${said.data.message}` : String(response.status);
  if (response.status === 409 || response.status === 410) throw new PositionLost(why);
  if (response.status < 500 && response.status !== 429) throw new StreamRefused(why);
  throw new Error(why);
}

function toldOf(event: {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}): ToldAlert | null {
  const recordName = alertsEventNames.find((name) => name.endsWith(`.${event.event}`));
  if (recordName === undefined || event.event === 'RulesActivated') return null;
  const { data, offset, time, appendedAt, type, ...rest } = entry.parse(JSON.parse(event.data));
  return {
    ...rest,
    ...{ offset: BigInt(offset), timeMs: Date.parse(time), appendedMs: Date.parse(appendedAt) },
    // The record's name ties the type to its data.
    event: { type, data: revive(recordName, data) } as AlertEvent,
    position: event.id,
  };
}
