import type { Channel, GatewayPolicy } from '@plumbline/events';
import type { CommandGateway } from '@plumbline/http';
import type { RateLimit } from '@plumbline/redis';
import type { ApiKeys, KeyRing } from '@plumbline/vault';
import type { MerchantQueries } from '../../projections/merchant-queries.ts';
import type { IdempotencyGuard } from './idempotency.ts';
import type { OrderCache } from './order-cache.ts';

/** What contract 4's routes stand on. */
export interface MerchantEdge {
  readonly gateway: Pick<CommandGateway, 'execute' | 'lastSeenVersion'>;
  readonly queries: MerchantQueries;
  readonly apiKeys: ApiKeys;
  readonly keyRing: KeyRing;
  readonly rateLimit: RateLimit;
  readonly idempotency: IdempotencyGuard;
  readonly cache: OrderCache;
  /** Whose gateway an app's payments go to. */
  readonly channelOf: (appId: string) => Channel;
  /** How an app's payment of that channel is led at its gateway; `null` where nobody asks one. */
  readonly policyOf: (channel: Channel, of: { readonly app: string }) => GatewayPolicy | null;
  /** What a channel's gateway takes; `null` where there is none. */
  readonly currenciesOf: (channel: Channel) => readonly string[] | null;
  /** What some gateway of merchants' payments takes; `null` where one takes whatever comes. */
  readonly currencies: readonly string[] | null;
  /** A payment's life. */
  readonly lifetimeMs: number;
  readonly nowMs: () => number;
}

/** Whose key protects what an app says about its payers. */
export const subjectOfApp = (appId: string): string => `app:${appId}`;
