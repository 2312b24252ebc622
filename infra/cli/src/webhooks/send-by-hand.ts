import type { TrialDelivery } from '@plumbline/notifications';
import { signWebhook } from '@plumbline/notifications';
import { sendMs } from '../limits.ts';
import { firstLine } from '../session/failure.ts';

/** One of the sends of a plan. */
export interface PlannedSend {
  readonly delivery: TrialDelivery;
  /** Which of the sends of this delivery it is, from 1. */
  readonly time: number;
}

/** Each delivery so many times, one after the other; or in an order that the seed says. */
export function planOf(
  deliveries: readonly TrialDelivery[],
  of: { readonly times: number; readonly seed: number | null },
): readonly PlannedSend[] {
  const { times, seed } = of;
  const all = deliveries.flatMap((delivery) =>
    Array.from({ length: times }, (_, index) => ({ delivery, time: index + 1 })),
  );
  if (seed === null) return all;
  const next = randomOf(seed);
  // Fisher and Yates: every order is as likely.
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = Math.floor(next() * (at + 1));
    const [one, two] = [all[at], all[other]];
    if (one !== undefined && two !== undefined) [all[at], all[other]] = [two, one];
  }
  return all;
}

/** Mulberry32: the same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Sent {
  readonly notificationId: string;
  readonly time: number;
  /** `null` where nothing was answered. */
  readonly status: number | null;
  readonly problem: string | null;
  readonly durationMs: number;
}

/** Sends it signed, as an attempt of now. Never rejects. */
export async function sendByHand(
  { delivery, time }: PlannedSend,
  to: { readonly url: string; readonly secret: string; readonly signal: AbortSignal },
): Promise<Sent> {
  const { notificationId: id, contentType } = delivery;
  const body = Buffer.from(delivery.body, 'utf8');
  const timestampSeconds = Math.floor(Date.now() / 1_000);
  const signed = signWebhook({ secrets: [to.secret], id, timestampSeconds, body });
  const startMs = performance.now();
  const of = { notificationId: id, time };
  const tookMs = (): number => Math.round(performance.now() - startMs);
  try {
    const answer = await fetch(to.url, {
      ...{ method: 'POST', body: new Uint8Array(body), redirect: 'manual' },
      headers: { 'content-type': contentType, 'user-agent': 'plumbline', ...signed },
      signal: AbortSignal.any([to.signal, AbortSignal.timeout(sendMs)]),
    });
    await answer.arrayBuffer();
    return { ...of, status: answer.status, problem: null, durationMs: tookMs() };
  } catch (error) {
    return { ...of, status: null, problem: firstLine(error), durationMs: tookMs() };
  }
}
