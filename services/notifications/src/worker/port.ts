import type { StoreSource } from '@plumbline/runtime';
import type { Clock } from '@plumbline/kafka';
import type { Logger, Metrics } from '@plumbline/observability';
import type * as outbound from '@plumbline/outbound';
import type { LaneSettings } from '../lanes/lane-settings.ts';
import type { LaneLimits } from '../lanes/limits.ts';

/** An attempt whose time has come, as it stands in the store. */
export interface DueDelivery {
  /** Record key of its aggregate: where the report goes. */
  readonly key: string;
  /** The same at every attempt: `webhook-id`. */
  readonly notificationId: string;
  /** The endpoint's id, or `url:<16 hex>` of a callback URL that has no endpoint. */
  readonly laneKey: string;
  /** From 1. */
  readonly attempt: number;
  /** The first attempt of its notification, which retries do not hold up. */
  readonly isFirst: boolean;
  /** Broker time, epoch ms. Order and lateness go by it; whatever stands in the store is due. */
  readonly dueMs: number;
  readonly orderKey: string;
  readonly correlationId: string;
  readonly traceparent: string | null;
  /** For whoever prepares the request; nothing that the worker looks into. */
  readonly notification: object;
}

/** A request that can be sent, or why there is none. */
export type Prepared =
  | {
      readonly kind: 'ready';
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Buffer;
    }
  /** Not now, for a reason of ours: tried again, and no attempt is used up. */
  | { readonly kind: 'later'; readonly why: string }
  /** Never. */
  | { readonly kind: 'undeliverable'; readonly code: string; readonly message: string };

export type OutboundRequest = Required<outbound.OutboundRequest>;
export type OutboundTiming = Omit<outbound.OutboundTiming, 'totalMs'>;

/** As much of it as is looked at. */
export type OutboundAnswer =
  | (Omit<Extract<outbound.OutboundAnswer, { readonly kind: 'answered' }>, 'timing'> & {
      readonly timing: OutboundTiming;
    })
  | {
      readonly kind: 'failed';
      /** An `OutboundFailure`, or BROKEN_OFF should the sender itself fail. */
      readonly code: string;
      readonly message: string;
      readonly timing: OutboundTiming;
    };

/** What an attempt showed: the command ReportAttempt. Times are whole ms. */
export interface AttemptResult {
  readonly kind: 'DELIVERED' | 'FAILED' | 'GONE' | 'UNDELIVERABLE';
  /** Why it failed, such as HTTP_500 or TIMED_OUT; `null` when it was delivered. */
  readonly code: string | null;
  readonly message: string | null;
  readonly httpStatus: number | null;
  /** How long the endpoint asks to wait, where it answered 429 or 503. */
  readonly retryAfterMs: number | null;
  /** By this machine's clock, epoch ms. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly firstByteMs: number | null;
  /** Beginning of the answer's body; `null` where there was no answer. */
  readonly response: Buffer | null;
  readonly responseTruncated: boolean;
  readonly requestBytes: number;
}

/** What has become of an endpoint, as requests show it. */
export type HealthChange =
  | {
      readonly kind: 'FAILING';
      /** When the first of the failures in a row ended, by this machine's clock, epoch ms. */
      readonly sinceMs: number;
      readonly failures: number;
      /** Of the last one. */
      readonly code: string;
    }
  | { readonly kind: 'RECOVERED' };

/**
 * What became of a report: something followed from it; nothing did, for it came again or too late, or
 * nobody knows yet; it was refused, since nobody waits for it any more.
 */
export type Heard = 'written' | 'unheard' | 'refused';

export interface DeliveryWorkerOptions {
  /** Makes the request of an attempt. Settings are `null` where the log has none of the lane. */
  readonly prepare: (due: DueDelivery, settings: LaneSettings | null) => Promise<Prepared>;
  /** Never rejects, and answers by the deadline. */
  readonly outbound: { post(request: OutboundRequest): Promise<OutboundAnswer> };
  /**
   * Repeated until it does not reject; `task` is the one that the attempt was found in.
   */
  readonly report: (
    due: DueDelivery,
    result: AttemptResult,
    task: Pick<StoreSource, 'tell'>,
  ) => Promise<Heard>;
  /** Repeated likewise; told of lanes without an endpoint too. Of one lane one at a time. */
  readonly health: (laneKey: string, change: HealthChange) => Promise<void>;
  readonly clock: Clock;
  /** This machine's clock, epoch ms. */
  readonly wallClockMs: () => number;
  /** The brokers' clock, epoch ms; `null` while it is not known. For measurements only. */
  readonly brokerNowMs: () => number | null;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly limits?: Partial<LaneLimits>;
}

export interface LaneView {
  readonly laneKey: string;
  readonly status: 'open' | 'closed' | 'failing' | 'resting';
  readonly pace: 'quick' | 'unproven' | 'slow';
  readonly queued: number;
  readonly underWay: number;
  /** Whether the store holds entries that are not queued. */
  readonly hasMore: boolean;
}
