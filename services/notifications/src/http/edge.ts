import { randomUUID } from 'node:crypto';
import type { NotificationsCommand } from '@plumbline/events';
import type { CommandGateway, Executed, RequestContext } from '@plumbline/http';
import type { Clock } from '@plumbline/kafka';
import type { UrlJudgement } from '@plumbline/outbound';
import type { ReadProblems } from '@plumbline/postgres';
import type { RateLimit } from '@plumbline/redis';
import type { ApiKeys, EndpointSecrets, KeyRing } from '@plumbline/vault';
import * as limits from './limits.ts';
import type { EndpointQueries } from '../projections/endpoint-queries.ts';
import type { NotificationQueries } from '../projections/notification-queries.ts';
import { problem } from './error-codes.ts';

type Asks = Pick<CommandGateway, 'execute' | 'lastSeenVersion' | 'ready'>;

export interface NotificationsEdge {
  readonly notifications: Asks;
  readonly endpoints: Asks;
  readonly queries: NotificationQueries;
  readonly endpointQueries: EndpointQueries;
  readonly apiKeys: Pick<ApiKeys, 'authenticate'>;
  /** Of the endpoints API, by the key. */
  readonly rateLimit: Pick<RateLimit, 'take'>;
  readonly secrets: EndpointSecrets;
  readonly keyRing: Pick<KeyRing, 'decrypt'>;
  readonly judgeUrl: (url: string) => UrlJudgement;
  readonly tenant: string;
  /** Whether it listens on this machine only. */
  readonly isLoopback: boolean;
  readonly localStack: boolean;
  /** Whether a call that makes a notification does not wait for its first delivery. */
  readonly isAsync: boolean;
  /** How long a first delivery may take, ms. */
  readonly deliveryMs: number;
  /** Waits before retries where nobody says otherwise, ms. */
  readonly intervalsMs: readonly number[];
  readonly clock: Clock;
  /** Wall clock, epoch ms. */
  readonly nowMs: () => number;
}

const retry = { headers: { 'Retry-After': String(limits.retryAfterSeconds) } };

export const readProblems: ReadProblems = {
  missing: () => problem('PAYMENT_NOT_FOUND'),
  behind: () => problem('READ_MODEL_BEHIND', undefined, retry),
  down: (cause) => problem('DEPENDENCY_DOWN', undefined, { ...retry, cause }),
};

/** Asks the aggregate under this record key. */
export const ask = (
  { notifications }: Pick<NotificationsEdge, 'notifications'>,
  { correlationId, actor, traceparent }: RequestContext,
  of: {
    readonly key: string;
    readonly subject: string;
    readonly payload: NotificationsCommand;
    /** The same for a repeat; a new one unless given. */
    readonly id?: string;
  },
): Promise<Executed> =>
  notifications.execute({ id: randomUUID(), ...of, correlationId, actor, traceparent });
