import { pageEntries } from '../limits.ts';
import type { PageOf } from './calls.ts';
import type { Client } from './client.ts';
import type { Digits } from './exact-json.ts';
import type { LifeStep } from './views.ts';

/** The event that shows something. */
export interface Proof {
  readonly eventId: string;
  readonly type: string;
  readonly topic: string;
}

/** What is done about an alert. */
export interface Remedy {
  readonly remedyId: string;
  readonly alertId: string;
  readonly rule: string;
  readonly tenant: string;
  readonly orderNo: string;
  readonly payNo: string | null;
  readonly kind: string | null;
  /** One of {@link remedyStatuses}, or what a newer server has. */
  readonly status: string;
  readonly amount: Digits | null;
  readonly currency: string | null;
  /** Why it waits, or why it brought nothing about. */
  readonly code: string | null;
  readonly reason: string | null;
  readonly approvalsNeeded: Digits | null;
  /** Each once. */
  readonly approvedBy: readonly string[];
  readonly commandId: string | null;
  readonly proof: Proof | null;
  readonly alertResolution: string | null;
  readonly alertProof: Proof | null;
  readonly proposedAt: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

export interface RemedyStep extends LifeStep {
  readonly step: string;
}

export interface RemedyWithHistory extends Remedy {
  /** Oldest first. */
  readonly history: readonly RemedyStep[];
}

export const remedyStatuses = [
  ...(['ASKING', 'WAITING', 'STARTED', 'DONE', 'REFUSED'] as const),
  ...(['FAILED', 'REJECTED', 'WITHDRAWN', 'DRY_RUN'] as const),
] as const;

/** What is to be done about the alerts of a rule, and whether it is stopped. */
export interface Policy {
  readonly tenant: string;
  /** `null`: of all rules of the tenant at once. */
  readonly rule: string | null;
  readonly mode: string | null;
  readonly remedy: string | null;
  readonly dryRun: boolean | null;
  readonly perHourMax: Digits | null;
  readonly money: readonly {
    readonly currency: string;
    readonly perRemedy: Digits;
    readonly perHour: Digits;
    readonly secondPersonAbove: Digits;
  }[];
  readonly reason: string | null;
  readonly setBy: string | null;
  readonly setAt: string | null;
  readonly stopped: boolean;
  readonly stopReason: string | null;
  readonly stopBy: string | null;
  readonly stopChangedAt: string | null;
}

export interface RemedyFilters {
  readonly status?: string;
  readonly rule?: string;
  readonly alertId?: string;
  readonly incidentId?: string;
  readonly cursor?: string;
}

export type RemedyAction = 'approve' | 'reject';

export interface SayingOfRemedy {
  readonly remedyId: string;
  readonly action: RemedyAction;
  readonly reason: string;
  readonly idempotencyKey: string;
}

export interface Switching {
  readonly to: 'stop' | 'resume';
  readonly tenant: string;
  /** `null`: all rules of the tenant. */
  readonly rule: string | null;
  readonly reason: string;
  readonly idempotencyKey: string;
}

export interface RemedyApi {
  remedies(filters: RemedyFilters): Promise<PageOf<Remedy>>;
  remedy(remedyId: string): Promise<RemedyWithHistory>;
  /** The remedy afterwards. */
  sayOfRemedy(saying: SayingOfRemedy): Promise<RemedyWithHistory>;
  policies(): Promise<readonly Policy[]>;
  /** When it is done, none starts any more, or they may again. */
  switchRemedies(switching: Switching): Promise<void>;
}

const pathOf = (remedyId: string): string => `/api/remedies/${encodeURIComponent(remedyId)}`;

export function createRemedyApi(client: Client): RemedyApi {
  return {
    async remedies(filters) {
      const query = { ...filters, limit: String(pageEntries) };
      const answer = await client.ask({ path: '/api/remedies', query });
      const page = answer as { remedies: readonly Remedy[]; nextCursor: string | null };
      return { rows: page.remedies, nextCursor: page.nextCursor };
    },
    async remedy(remedyId) {
      const answer = await client.ask({ path: pathOf(remedyId) });
      return (answer as { readonly remedy: RemedyWithHistory }).remedy;
    },
    async sayOfRemedy({ remedyId, action, reason, idempotencyKey }) {
      const answer = await client.ask({
        ...{ method: 'POST', path: `${pathOf(remedyId)}/${action}`, body: { reason } },
        headers: { 'Idempotency-Key': idempotencyKey },
      });
      return (answer as { readonly remedy: RemedyWithHistory }).remedy;
    },
    async policies() {
      const answer = await client.ask({ path: '/api/policies' });
      return (answer as { readonly policies: readonly Policy[] }).policies;
    },
    async switchRemedies({ to, idempotencyKey, ...body }) {
      await client.ask({
        ...{ method: 'POST', path: `/api/policies/${to}`, body },
        headers: { 'Idempotency-Key': idempotencyKey },
      });
    },
  };
}
