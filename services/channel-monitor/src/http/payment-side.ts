import type { RequestContext } from '@plumbline/http';
import { actorHeader, serviceKeyHeader } from '@plumbline/http';
import { Agent, request } from 'undici';
import * as limits from './limits.ts';

/** Money as it is handed on. */
export interface HandedRecord {
  readonly pid: string;
  readonly aid: string;
  readonly payway: string;
  readonly channel: string;
  /** Decimal text, in major units of the currency. */
  readonly price: string;
  readonly currency: string;
  readonly platformOrder: string;
  readonly rawPayload: string;
  /** Id of the monitor client. */
  readonly reportedBy: string;
}

export interface PaymentSideAnswer {
  readonly status: number;
  /** What `Retry-After` says; `null` if nothing. */
  readonly retryAfter: string | null;
  /** Its JSON; `null` for a body that is none. */
  readonly body: unknown;
}

/** Contract 0's `POST /api/internal/orders/match` on the payment service. */
export interface PaymentSide {
  /** Sends once. Rejects when there is no answer in time: the record may have been kept. */
  match(record: HandedRecord, context: RequestContext): Promise<PaymentSideAnswer>;
  close(): Promise<void>;
}

export function openPaymentSide(options: {
  /** Of the payment service, such as `http://127.0.0.1:8083`. */
  readonly url: string;
  /** `null`: it believes nobody, and listens on loopback. */
  readonly serviceKey: string | null;
  readonly timeoutMs?: number;
}): PaymentSide {
  const { serviceKey, timeoutMs = limits.paymentSideTimeoutMs } = options;
  const url = `${options.url.replace(/\/$/, '')}/api/internal/orders/match`;
  const agent = new Agent({
    connections: limits.paymentSideConnectionsMax,
    pipelining: 1,
    // The deadline is the whole call's.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: limits.paymentSideAnswerBytesMax,
  });
  return {
    async match(record, { correlationId, traceparent }) {
      const answer = await request(url, {
        ...{ dispatcher: agent, method: 'POST', body: JSON.stringify(record) },
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          'content-type': 'application/json',
          'x-correlation-id': correlationId,
          traceparent,
          ...(serviceKey === null
            ? {}
            : { [serviceKeyHeader]: serviceKey, [actorHeader]: `user:${record.reportedBy}` }),
        },
      });
      const retryAfter = answer.headers['retry-after'];
      return {
        status: answer.statusCode,
        retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
        body: parsed(await answer.body.text()),
      };
    },
    close: () => agent.destroy(),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
