import type { Postgres } from '@plumbline/postgres';
import { conditions, quoted, schemaOf } from '@plumbline/postgres';
import type { RemedyStatus } from '../projections/remedies.ts';
import { remediesProjection } from '../projections/remedies.ts';
import { memberIdsSql } from './incident-reads.ts';
import type { Page, PageAsked } from './page.ts';
import { readPage } from './page.ts';

const schema = quoted(schemaOf(remediesProjection));
const remedies = `${schema}.remedies`;
const steps = `${schema}.remedy_steps`;
const policies = `${schema}.policies`;

export interface StoredProof {
  readonly eventId: string;
  readonly type: string;
  readonly topic: string;
}

/** A row of the read model; see its projection. */
export interface RemedyRow {
  readonly remedy_id: string;
  readonly alert_id: string;
  readonly rule: string;
  readonly tenant: string;
  readonly order_no: string;
  readonly status: RemedyStatus;
  readonly kind: string | null;
  readonly pay_no: string | null;
  readonly amount_minor: bigint | null;
  readonly currency: string | null;
  readonly code: string | null;
  readonly reason: string | null;
  readonly approvals_needed: number | null;
  /** Who has approved it, each once, in that order. */
  readonly approved_by: readonly string[];
  readonly command_id: string | null;
  readonly proof: StoredProof | null;
  readonly alert_resolution: string | null;
  readonly alert_proof: StoredProof | null;
  readonly proposed_at_ms: bigint | null;
  readonly started_at_ms: bigint | null;
  readonly ended_at_ms: bigint | null;
}

export interface RemedyStepRow {
  readonly step: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly at_ms: bigint;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

export interface PolicyRow {
  readonly tenant: string;
  /** `*` of the row about all rules. */
  readonly rule: string;
  readonly policy: StoredPolicy | null;
  readonly revision: number | null;
  readonly reason: string | null;
  readonly actor: string | null;
  readonly set_at_ms: bigint | null;
  readonly stopped: boolean;
  readonly stop_reason: string | null;
  readonly stop_actor: string | null;
  readonly stop_changed_at_ms: bigint | null;
}

export interface StoredPolicy {
  readonly mode: string;
  readonly remedy: string;
  readonly perHourMax: number;
  readonly dryRun: boolean;
  readonly money: readonly {
    readonly currency: string;
    readonly perRemedyMinor: string;
    readonly perHourMinor: string;
    readonly secondPersonAboveMinor: string;
  }[];
}

export interface RemedyFilter {
  readonly tenant?: string | undefined;
  readonly rule?: string | undefined;
  readonly status?: RemedyStatus | undefined;
  readonly alertId?: string | undefined;
  readonly orderNo?: string | undefined;
  /** Of alerts that are in this incident. */
  readonly incidentId?: string | undefined;
}

const approvedBySql = `array(select s.actor from ${steps} s
  where s.remedy_id = r.remedy_id and s.step = 'RemedyApproved'
  group by s.actor order by min(s."offset")) as approved_by`;

/** Newest first. */
export function readRemedies(
  postgres: Postgres,
  { filter, ...asked }: PageAsked & { readonly filter: RemedyFilter },
): Promise<Page<RemedyRow>> {
  const where = conditions()
    .add('proposed_at_ms is not null')
    .addIf('tenant = ?', filter.tenant)
    .addIf('rule = ?', filter.rule)
    .addIf('status = ?', filter.status)
    .addIf('alert_id = ?', filter.alertId)
    .addIf('order_no = ?', filter.orderNo)
    .addIf(`alert_id in (${memberIdsSql})`, filter.incidentId);
  return readPage<RemedyRow>(postgres, {
    ...{ ...asked, select: `select r.*, ${approvedBySql} from ${remedies} r`, where },
    order: ['proposed_at_ms', 'remedy_id'],
    positionOf: (row) => ({ atMs: Number(row.proposed_at_ms), id: row.remedy_id }),
  });
}

export async function readRemedy(postgres: Postgres, remedyId: string): Promise<RemedyRow | null> {
  const [row] = await postgres.query<RemedyRow>(
    `select r.*, ${approvedBySql} from ${remedies} r where remedy_id = ?`,
    [remedyId],
  );
  return row ?? null;
}

/** Oldest first; a remedy that there is not has none. */
export const readRemedySteps = (
  postgres: Postgres,
  remedyId: string,
): Promise<readonly RemedyStepRow[]> =>
  postgres.query<RemedyStepRow>(`select * from ${steps} where remedy_id = ? order by "offset"`, [
    remedyId,
  ]);

/** At most 64 a tenant (`policiesMax` of the desk). */
export const readPolicies = (
  postgres: Postgres,
  filter: { readonly tenant?: string | undefined },
): Promise<readonly PolicyRow[]> => {
  const where = conditions().add('true').addIf('tenant = ?', filter.tenant);
  return postgres.query<PolicyRow>(
    `select * from ${policies} where ${where.sql} order by tenant, rule`,
    where.values,
  );
};
