/**
 * What Plumbline asks of a gateway, and what it can have answered.
 *
 * An adapter is two pure functions per call: the request that it would send, and what an answer to
 * it means. Sending is the same for all of them (call-gateway.ts), so a deadline, a lost connection
 * or a body that nobody can read mean the same everywhere:
 *
 *   request ──► not sent                       nothing happened
 *           └─► sent ──► answer understood     what the gateway says
 *                    └─► anything else         unknown: only a query can tell
 *
 * "Refused" and "failed" are said only when the gateway has said so, in an answer whose signature
 * holds where the gateway signs. What is not listed in its documentation is unknown.
 */

/** Minor units of the currency; never a float. */
export interface Money {
  readonly amountMinor: bigint;
  /** ISO 4217. */
  readonly currency: string;
}

/** One attempt at one payment. `reference` is our own number for it, unique for ever. */
export interface PaymentReference {
  /** At most 32 characters of `[0-9A-Za-z]`: the narrowest of the gateways' rules. */
  readonly reference: string;
  /** What the gateway calls it, once it has said so. */
  readonly gatewayTransactionId: string | null;
  /** What else the gateway answered to the creation and wants back; see {@link Accepted.handle}. */
  readonly handle: string | null;
}

export interface CreateRequest extends Money {
  readonly reference: string;
  /** What the payer reads; may be any text. Adapters cut it to what the gateway takes. */
  readonly subject: string;
  /** Epoch ms, broker time: not payable afterwards. */
  readonly expireAtMs: number;
  /** Where the gateway reports to. */
  readonly notifyUrl: string;
  /** Where the payer goes afterwards. */
  readonly returnUrl: string | null;
}

export interface RefundRequest extends Money, PaymentReference {
  /** Our own number of the refund, unique for ever; at most 32 of `[0-9A-Za-z]`. */
  readonly refundReference: string;
  /** What the payment was for, in all. */
  readonly paymentAmountMinor: bigint;
  readonly reason: string | null;
}

export interface RefundReference extends PaymentReference {
  readonly refundReference: string;
  readonly gatewayRefundId: string | null;
}

/** The gateway has not said, in words that we know, what came of the call. */
export interface Unknown {
  readonly kind: 'unknown';
  /** The gateway's code, or ours: `HTTP_502`, `UNREADABLE`, `SIGNATURE_INVALID`, `TIMED_OUT`, … */
  readonly code: string;
  /** For people; no secrets, at most 200 characters. */
  readonly message: string;
}

/** The gateway has said no, and nothing moved. */
export interface Refused {
  readonly kind: 'refused';
  readonly code: string;
  readonly message: string;
  /** It is about the moment or about us, not about this payment: later it may be taken. */
  readonly temporary: boolean;
}

/** No byte of the request has reached the gateway, for certain. */
export interface NotSent {
  readonly kind: 'not-sent';
  /** Ours: `NOT_CONNECTED`, `TIMED_OUT_WAITING`, `CLOSED`, `REQUEST_NOT_MADE`. */
  readonly code: string;
  readonly message: string;
  /** False for `REQUEST_NOT_MADE` only: the adapter could not make a request of this input. */
  readonly temporary: boolean;
}

/** The gateway has it, and the payer can pay. */
export interface Accepted {
  readonly kind: 'accepted';
  readonly gatewayTransactionId: string | null;
  /** Where the payer pays. */
  readonly payUrl: string | null;
  /** An id that a later call needs and that is no transaction's: PayPay's `codeId`. */
  readonly handle: string | null;
}

/** Money that the gateway says it took. Checked against what was asked before anything moves. */
export interface Paid extends Money {
  readonly kind: 'paid';
  readonly gatewayTransactionId: string;
  /** Epoch ms by the gateway's clock; null if it gave none. */
  readonly paidAtMs: number | null;
  /** What it says of its payments that went back, all refunds together; null if it does not say. */
  readonly refundedMinor: bigint | null;
}

export type CreateAnswer = Accepted | Refused | Unknown;

export type QueryAnswer =
  | Paid
  /** It has it, and nobody has paid. `payUrl`: where the payer pays, if it says that again. */
  | { readonly kind: 'pending'; readonly payUrl?: string | null }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'closed' }
  /** It has never heard of it. */
  | { readonly kind: 'not-found' }
  | Unknown;

export type CloseAnswer =
  /** Nobody can pay it any more. */
  | { readonly kind: 'closed' }
  /** Too late: it says that it is paid, and only a query tells how much. */
  | { readonly kind: 'paid' }
  | { readonly kind: 'not-found' }
  | Refused
  | Unknown;

export type RefundAnswer =
  | { readonly kind: 'refunded'; readonly gatewayRefundId: string }
  /** It has taken it and will do it. */
  | { readonly kind: 'accepted'; readonly gatewayRefundId: string | null }
  | Refused
  | Unknown;

export type RefundQueryAnswer =
  | ({ readonly kind: 'refunded'; readonly gatewayRefundId: string } & Money)
  | { readonly kind: 'pending' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'not-found' }
  | Unknown;

/** Bytes for the wire. */
export interface GatewayHttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path and query below the gateway's base URL, beginning with `/`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Signed as it stands; empty for none. */
  readonly body: string;
}

export interface GatewayHttpResponse {
  readonly status: number;
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a request needs beside its content, so that making one is a pure function. */
export interface RequestContext {
  /** Epoch ms of this machine's clock, which gateways compare with theirs. */
  readonly nowMs: number;
  /** 32 hex digits, fresh for each request. */
  readonly nonce: string;
}

/**
 * One call: how it is asked, and what an answer means. Both are pure; `read` never throws.
 * `request` throws an InvariantViolation for what the gateway's format cannot hold: an amount or a
 * URL that is too long, a refund of a payment whose transaction is unknown.
 */
export interface Exchange<Input, Answer> {
  request(input: Input, context: RequestContext): GatewayHttpRequest;
  /** `context` is the request's: some gateways sign its nonce with their answer. */
  read(response: GatewayHttpResponse, input: Input, context: RequestContext): Answer | Unknown;
}

/** A callback as it came, before anything about it is believed. */
export interface RawCallback {
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Epoch ms of the edge at which it came. */
  readonly receivedAtMs: number;
}

/** What a gateway says in a callback of its own accord. */
export type CallbackReport =
  | Paid
  /** Paid, by a gateway that does not say how much: what was asked, or whatever a query says. */
  | {
      readonly kind: 'paid-as-asked';
      readonly gatewayTransactionId: string | null;
      readonly paidAtMs: number | null;
    }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'closed' }
  /** Something moves that is none of ours to book yet, such as an authorisation. */
  | { readonly kind: 'pending' }
  | ({
      readonly kind: 'refunded';
      readonly refundReference: string;
      readonly gatewayRefundId: string;
    } & Money)
  | {
      readonly kind: 'refund-failed';
      readonly refundReference: string;
      readonly code: string;
      readonly message: string;
    };

export type CallbackReading =
  /** Its signature holds. `merchant` is who it says was paid, to be compared with who we are. */
  | {
      readonly kind: 'verified';
      readonly reference: string;
      /** The gateway's own id of this notification, or a digest of what was signed. */
      readonly callbackId: string;
      readonly merchantMatches: boolean;
      readonly report: CallbackReport;
    }
  /** This gateway does not sign: worth a query and nothing else. */
  | { readonly kind: 'hint'; readonly reference: string }
  /** Nothing in it is believed; `reference` is what it claims, if that can be read. */
  | { readonly kind: 'invalid'; readonly code: string; readonly reference: string | null };

export interface GatewayAdapter {
  readonly name: string;
  /** ISO 4217 codes that it takes. */
  readonly currencies: readonly string[];
  readonly create: Exchange<CreateRequest, CreateAnswer>;
  readonly query: Exchange<PaymentReference, QueryAnswer>;
  readonly close: Exchange<PaymentReference, CloseAnswer>;
  readonly refund: Exchange<RefundRequest, RefundAnswer>;
  readonly queryRefund: Exchange<RefundReference, RefundQueryAnswer>;
  readCallback(callback: RawCallback): CallbackReading;
  /** What this gateway wants to hear so that it does not send again. */
  readonly callbackAnswer: {
    readonly status: number;
    readonly contentType: string;
    readonly body: string;
  };
}
