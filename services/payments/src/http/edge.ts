import type { Channel, GatewayPolicy } from '@plumbline/events';
import type { CommandGateway } from '@plumbline/http';
import { PostgresDown } from '@plumbline/postgres';
import type { GatewayAdapter } from '../gateways/port.ts';
import * as limits from '../limits.ts';
import type { PaymentQueries } from '../projections/payment-queries.ts';
import { problem } from './error-codes.ts';
import type { KnownPayNos } from './known-pay-nos.ts';
import type { RefusedCallbacks } from './refused-callbacks.ts';

/** What the routes stand on. */
export interface PaymentsEdge {
  readonly gateway: Pick<CommandGateway, 'execute' | 'lastSeenVersion'>;
  readonly queries: PaymentQueries;
  readonly refused: Pick<RefusedCallbacks, 'record'>;
  readonly known: KnownPayNos;
  /** Encrypts what came from a gateway: it may name people. Errors: PostgresDown. */
  readonly sealRaw: (channel: Channel, text: string) => Promise<string>;
  readonly tenant: string;
  /** The gateways that report here, by channel. */
  readonly gateways: Readonly<Partial<Record<Channel, { readonly adapter: GatewayAdapter }>>>;
  /** How a payment of that channel is led at its gateway; `null` where nobody asks one. */
  readonly policyOf: (channel: Channel) => GatewayPolicy | null;
  /** A payment's life. */
  readonly lifetimeMs: number;
  /** Of the mock channel; `null` where that channel is off. */
  readonly callbackSecret: string | null;
  /** How far the timestamp of a callback may be from now; `null` for no window. */
  readonly callbackMaxAgeMs: number | null;
  readonly signatureEndpoint: boolean;
  /** Epoch ms as contract 1 shows times. */
  readonly formatTime: (ms: number) => string;
  readonly nowMs: () => number;
}

export const retryAfter = { 'Retry-After': String(limits.retryAfterSeconds) } as const;

/** Postgres away is no defect of ours, and nothing was written. */
export async function fromDatabase<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (!(cause instanceof PostgresDown)) throw cause;
    throw problem('DEPENDENCY_DOWN', undefined, { headers: retryAfter, cause });
  }
}
