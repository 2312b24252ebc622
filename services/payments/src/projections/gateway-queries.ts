import type { Postgres } from '@plumbline/postgres';
import { quoted, schemaOf } from '@plumbline/postgres';
import type { ContractStatus } from '../domain/payment/state.ts';
import { gatewayRowsShownMax } from '../limits.ts';
import { paymentsProjection } from './payments.ts';

/** What a gateway was asked about a payment, and what it said. */
export interface StoredCall {
  readonly id: string;
  readonly callId: string;
  readonly refundId: string | null;
  readonly action: string;
  readonly beforeStatus: ContractStatus;
  readonly afterStatus: ContractStatus;
  readonly queryResult: string;
  readonly code: string | null;
  readonly message: string | null;
  readonly reportedAtMs: number;
}

export interface StoredRefund {
  readonly refundId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly status: 'pending' | 'processing' | 'succeeded' | 'failed';
  readonly gatewayRefundId: string | null;
  readonly automatic: boolean;
  readonly reason: string | null;
  readonly failureCode: string | null;
  readonly failureReason: string | null;
  readonly requestedAtMs: number;
  readonly endedAtMs: number | null;
}

export interface GatewayQueries {
  /** The newest calls about a payment and its refunds. */
  calls(payNo: string): Promise<readonly StoredCall[]>;
  /** The newest refunds of a payment. */
  refunds(payNo: string): Promise<readonly StoredRefund[]>;
}

const schema = quoted(schemaOf(paymentsProjection));

export const createGatewayQueries = (postgres: Postgres): GatewayQueries => ({
  async calls(payNo) {
    const rows = await postgres.query<{
      readonly id: string;
      readonly call_id: string;
      readonly refund_id: string | null;
      readonly action: string;
      readonly before_status: ContractStatus;
      readonly after_status: ContractStatus;
      readonly query_result: string;
      readonly code: string | null;
      readonly message: string | null;
      readonly reported_at: Date;
    }>(
      // What ended a payment and the word of it have one time, and the word came after.
      `select * from ${schema}.reconcile_audit where pay_no = ?
       order by reported_at desc, (action = 'NOTIFY') desc, id limit ?`,
      [payNo, gatewayRowsShownMax],
    );
    return rows.map((row) => ({
      ...{ id: row.id, callId: row.call_id, refundId: row.refund_id, action: row.action },
      ...{ beforeStatus: row.before_status, afterStatus: row.after_status },
      ...{ queryResult: row.query_result, code: row.code, message: row.message },
      reportedAtMs: row.reported_at.getTime(),
    }));
  },
  async refunds(payNo) {
    const rows = await postgres.query<{
      readonly refund_id: string;
      readonly amount_minor: bigint;
      readonly currency: string;
      readonly status: StoredRefund['status'];
      readonly gateway_refund_id: string | null;
      readonly automatic: boolean;
      readonly reason: string | null;
      readonly failure_code: string | null;
      readonly failure_reason: string | null;
      readonly requested_at: Date;
      readonly ended_at: Date | null;
    }>(
      `select * from ${schema}.refunds where pay_no = ?
       order by requested_at desc, refund_id limit ?`,
      [payNo, gatewayRowsShownMax],
    );
    return rows.map((row) => ({
      ...{ refundId: row.refund_id, amountMinor: row.amount_minor, currency: row.currency },
      ...{ status: row.status, gatewayRefundId: row.gateway_refund_id, reason: row.reason },
      ...{ automatic: row.automatic, failureCode: row.failure_code },
      failureReason: row.failure_reason,
      requestedAtMs: row.requested_at.getTime(),
      endedAtMs: row.ended_at?.getTime() ?? null,
    }));
  },
});
