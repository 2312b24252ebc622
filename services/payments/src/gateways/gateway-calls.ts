import type {
  CloseAnswer,
  CreateAnswer,
  CreateRequest,
  NotSent,
  PaymentReference,
  QueryAnswer,
  RefundAnswer,
  RefundQueryAnswer,
  RefundReference,
  RefundRequest,
  RequestContext,
  Unknown,
} from './port.ts';

/** What a call is about, beside its content: for gateways that are asked by other means than HTTP. */
export interface CallContext extends RequestContext {
  /** The same for a call that is made again: by it a repeat is recognised. */
  readonly callId: string;
  readonly payNo: string;
  readonly orderNo: string;
  /** Account that is paid into, `pid.aid` or `pid.aid.cid`; `null` where the gateway has its own. */
  readonly account: string | null;
  readonly correlationId: string;
  readonly traceparent: string | null;
}

/** A creation, less where its gateway reports to: that is the gateway's own matter. */
export type CreateCall = Omit<CreateRequest, 'notifyUrl'>;

type Call<Input, Answer> = (
  input: Input,
  context: CallContext,
) => Promise<Answer | Unknown | NotSent>;

/**
 * Everything that a worker asks of a gateway, however that is reached. None of them rejects, sends
 * anything twice, or remembers.
 */
export interface GatewayCalls {
  readonly create: Call<CreateCall, CreateAnswer>;
  readonly query: Call<PaymentReference, QueryAnswer>;
  readonly close: Call<PaymentReference, CloseAnswer>;
  readonly refund: Call<RefundRequest, RefundAnswer>;
  readonly queryRefund: Call<RefundReference, RefundQueryAnswer>;
}
