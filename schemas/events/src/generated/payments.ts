// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** A callback that was refused at the edge. Nothing in it is verified. */
export interface CallbackRefused {
  /** Number of the payment it claims to concern; null if unreadable. */
  readonly payNo: null | string;
  /** The id it claims; null if unreadable. */
  readonly callbackId: null | string;
  /** The status it claims; null if unreadable. */
  readonly callbackStatus: null | string;
  /** Body of the request as it came, encrypted. */
  readonly rawPayload: string;
  /** Why it was refused. */
  readonly code: string;
  /** Time of the edge at which it came. Epoch ms. */
  readonly receivedAt: number;
}

/** What a channel says about a payment. */
export type CallbackStatus = 'SUCCESS' | 'FAILED' | 'UNKNOWN';

/** Who moves the money. */
export type Channel = 'MOCK' | 'ALIPAY' | 'WECHAT' | 'PAYPAY' | 'LAKALA' | 'PERSONAL' | 'UNKNOWN';

/** Close a payment that has no result yet. */
export interface ClosePayment {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Why, in words for people. */
  readonly reason: string;
}

/** Open a payment for an order. */
export interface CreatePayment {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** Amount of the payment, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Who moves the money. */
  readonly channel: Channel;
  /** How long the channel has to report a result, in milliseconds. */
  readonly lifetimeMs: number;
  /** How it is led at its gateway; null where nobody asks the gateway and people serve the channel by hand. */
  readonly gateway: null | GatewayPolicy;
  /** The merchant's order; null for a payment of an order that is kept here. */
  readonly merchant: null | MerchantOrder;
  /** Routing key of the order whose checkout is told the answer; null if nobody waits there. */
  readonly replyTo: null | string;
}

/** The answer of a gateway. What a result does not come with is null. */
export interface GatewayAnswer {
  /** What it says. */
  readonly result: GatewayResult;
  /** The gateway's code, or ours where it gave none. */
  readonly code: null | string;
  /** In words for people. */
  readonly message: null | string;
  /** The gateway's own number of the payment. */
  readonly gatewayTransactionId: null | string;
  /** Another id of the gateway that a later call needs. */
  readonly handle: null | string;
  /** Where the payer pays. */
  readonly payUrl: null | string;
  /** What it took or gave back, in minor units of the currency. */
  readonly amountMinor: null | bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: null | string;
  /** When it took or gave it, by the gateway's clock. Epoch ms. */
  readonly occurredAt: null | number;
  /** What it says of the payment that went back so far, in minor units. */
  readonly refundedMinor: null | bigint;
  /** The gateway's own number of the refund. */
  readonly gatewayRefundId: null | string;
}

/** What a gateway is asked. */
export type GatewayCallKind = 'CREATE' | 'QUERY' | 'CLOSE' | 'REFUND' | 'QUERY_REFUND' | 'UNKNOWN';

/** What a gateway said to a call, and where it left the payment. */
export interface GatewayCallReported {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Id of the call: that of the event that asked for it. */
  readonly callId: string;
  /** What was asked. */
  readonly kind: GatewayCallKind;
  /** Id of the refund; null if the call concerns the payment itself. */
  readonly refundId: null | string;
  /** What it said. */
  readonly answer: GatewayAnswer;
  /** Status of the payment before. */
  readonly beforeStatus: PaymentStatus;
  /** Status of the payment afterwards. */
  readonly afterStatus: PaymentStatus;
  /** Broker time at which it was reported. Epoch ms. */
  readonly reportedAt: number;
}

/** A gateway is to be asked. Whoever works for the gateway takes it from here. */
export interface GatewayCallRequested {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Id of the call: that of the event that asked for it. */
  readonly callId: string;
  /** What is asked. */
  readonly kind: GatewayCallKind;
  /** Whom. */
  readonly channel: Channel;
  /** Which attempt at this payment it belongs to, from 1. */
  readonly attempt: number;
  /** Our number of the attempt, by which the gateway knows it. */
  readonly reference: string;
  /** Account that is paid into, as pid.aid or pid.aid.cid; null for a gateway that has one of its own. */
  readonly account: null | string;
  /** Amount of the payment, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** What the payer reads; null for the number of the order. */
  readonly subject: null | string;
  /** Where the payer goes afterwards, encrypted. */
  readonly returnUrl: null | string;
  /** Broker time at which the payment is no longer payable. Epoch ms. */
  readonly expireAt: number;
  /** The gateway's own number, once it is known. */
  readonly gatewayTransactionId: null | string;
  /** Another id of the gateway's, once it is known. */
  readonly handle: null | string;
  /** Id of the refund; null if the call concerns the payment itself. */
  readonly refundId: null | string;
  /** Our number of the refund, by which the gateway knows it. */
  readonly refundReference: null | string;
  /** What is to go back, in minor units of the currency. */
  readonly refundAmountMinor: null | bigint;
  /** The gateway's own number of the refund, once it is known. */
  readonly gatewayRefundId: null | string;
  /** Why, in words for people. */
  readonly reason: null | string;
  /** Broker time at which it was asked for. Epoch ms. */
  readonly requestedAt: number;
}

/** From here on the call may have reached the gateway. */
export interface GatewayCallStarted {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Id of the call: that of the event that asked for it. */
  readonly callId: string;
  /** What is asked. */
  readonly kind: GatewayCallKind;
  /** Id of the refund; null if the call concerns the payment itself. */
  readonly refundId: null | string;
  /** Who sends it. */
  readonly worker: string;
  /** Broker time of the start. Epoch ms. */
  readonly startedAt: number;
  /** Broker time at which nobody waits for its answer any more. Epoch ms. */
  readonly giveUpAt: number;
}

/** A verified callback of a gateway came, and this is what became of it. */
export interface GatewayCallbackRecorded {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order; null if no such payment is known. */
  readonly orderNo: null | string;
  /** Whose callback it is. */
  readonly channel: Channel;
  /** Our number of the attempt that it names. */
  readonly reference: string;
  /** The gateway's id of the callback, or a digest of what it signed. */
  readonly callbackId: string;
  /** Our number of the refund that it concerns; null if it concerns the payment itself. */
  readonly refundReference: null | string;
  /** What it says. */
  readonly answer: GatewayAnswer;
  /** Body of the callback, byte for byte as it came, encrypted. */
  readonly rawPayload: string;
  /** What became of it. */
  readonly result: ProcessResult;
  /** Why it changed nothing; null if it did. */
  readonly code: null | string;
  /** Status of the payment afterwards; null if no such payment is known. */
  readonly currentStatus: null | PaymentStatus;
  /** Broker time at which it came. Epoch ms. */
  readonly receivedAt: number;
  /** Whether it named us as who was paid; null where it was not kept. */
  readonly merchantMatches: null | boolean;
}

/** How a payment is led at its gateway. */
export interface GatewayPolicy {
  /** How many attempts are made while the gateway refuses them. */
  readonly attemptsMax: number;
  /** How often the gateway is asked while nobody has paid, in milliseconds. */
  readonly queryIntervalMs: number;
  /** Whether what is paid after the payment ended unpaid goes back by itself. */
  readonly refundLateSuccess: boolean;
  /** What the payer reads; null for the number of the order. */
  readonly subject: null | string;
  /** Where the payer goes afterwards, encrypted. */
  readonly returnUrl: null | string;
  /** Account that is paid into, as pid.aid or pid.aid.cid; null for a gateway that has one of its own. */
  readonly account: null | string;
}

/** Something is said to have happened at the gateway, which is asked a little later: it is being asked already, or was a moment ago. */
export interface GatewayQueryDeferred {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time from which on it is asked, once no call is under way. Epoch ms. */
  readonly askAt: number;
  /** Broker time of the command. Epoch ms. */
  readonly deferredAt: number;
}

/** What a gateway says to a call. NOT_SENT: it was never asked. UNKNOWN: it has not said, in words that are known, what came of it. */
export type GatewayResult = 'ACCEPTED' | 'PENDING' | 'PAID' | 'FAILED' | 'CLOSED' | 'NOT_FOUND' | 'REFUSED' | 'REFUNDED' | 'NOT_SENT' | 'UNKNOWN';

/** What a merchant said about its own order when it asked for the payment. */
export interface MerchantOrder {
  /** What it is for. */
  readonly orderType: OrderType;
  /** What is being paid, as the payer reads it. */
  readonly subject: string;
  /** The merchant's own data, JSON; null if there is none. */
  readonly extraData: null | string;
  /** Keyed digest of everything that was asked for, by which a repeat is told from another request. */
  readonly fingerprint: string;
  /** Keyed digest of the Idempotency-Key that came with it; null if none did. */
  readonly idempotencyKey: null | string;
}

/** What a merchant's payment order is for. */
export type OrderType = 'PAYMENT' | 'RECHARGE' | 'UNKNOWN';

/** A verified callback came, and this is what became of it. */
export interface PaymentCallbackRecorded {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order; null if no such payment is known. */
  readonly orderNo: null | string;
  /** The id that the channel gave its callback. */
  readonly callbackId: string;
  /** What the channel says. */
  readonly callbackStatus: CallbackStatus;
  /** The channel's own number; null if it gave none. */
  readonly channelTradeNo: null | string;
  /** Timestamp of the callback, as it was signed. */
  readonly timestamp: string;
  /** Nonce of the callback, as it was signed. */
  readonly nonce: string;
  /** Body of the callback, byte for byte as it was signed, encrypted. */
  readonly rawPayload: string;
  /** What became of it. */
  readonly result: ProcessResult;
  /** Why it changed nothing; null if it did. */
  readonly code: null | string;
  /** Whether it says the opposite of what was already reported. */
  readonly contradictory: boolean;
  /** Status of the payment afterwards; null if no such payment is known. */
  readonly currentStatus: null | PaymentStatus;
  /** Broker time at which it came. Epoch ms. */
  readonly receivedAt: number;
}

/** The payment is to end unpaid, if the gateway lets it. */
export interface PaymentCloseRequested {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time at which it was asked for. Epoch ms. */
  readonly requestedAt: number;
}

/** The payment ended without a result from the channel. */
export interface PaymentClosed {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time at which it was closed. Epoch ms. */
  readonly closedAt: number;
}

/** A payment was opened for an order. */
export interface PaymentCreated {
  /** A number for contracts that want one: derived from the place of the command, never counted. */
  readonly id: bigint;
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** Amount of the payment, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Who moves the money. */
  readonly channel: Channel;
  /** Broker time at which a payment without a result closes. Epoch ms. */
  readonly expireAt: number;
  /** Broker time of the command that opened it. Epoch ms. */
  readonly createdAt: number;
  /** How it is led at its gateway; null where nobody asks the gateway and people serve the channel by hand. */
  readonly gateway: null | GatewayPolicy;
  /** The merchant's order; null for a payment of an order that is kept here. */
  readonly merchant: null | MerchantOrder;
}

/** The channel says that it will not be paid. */
export interface PaymentFailed {
  /** Id of this event, as in its envelope. */
  readonly eventId: string;
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Amount of the payment, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Who moves the money. */
  readonly channel: Channel;
  /** The channel's own number; null if it gave none. */
  readonly channelTradeNo: null | string;
  /** When the channel says it failed. Epoch ms. */
  readonly failedAt: number;
  /** Broker time of the command that led to it. Epoch ms. */
  readonly eventTime: number;
  /** Correlation id of the request that led to it. */
  readonly traceId: string;
  /** Version of the shape of this event as consumers know it. */
  readonly version: string;
  /** Why, in words for people. */
  readonly reason: string;
}

/** The channel took the payment and has not said how it ended. */
export interface PaymentProcessing {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Broker time at which it was taken. Epoch ms. */
  readonly acceptedAt: number;
  /** The gateway's own number, if it gave one. */
  readonly gatewayTransactionId: null | string;
  /** Where the payer pays, if that is a page. */
  readonly payUrl: null | string;
}

/** After a contradiction a later valid report agrees with the status again. */
export interface PaymentReportConfirmed {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** The id that the channel gave its callback. */
  readonly callbackId: string;
  /** Status of the payment, which the report confirms. */
  readonly status: PaymentStatus;
  /** The channel's own number; null if it gave none. */
  readonly channelTradeNo: null | string;
  /** Broker time at which the report came. Epoch ms. */
  readonly reportedAt: number;
  /** How it is known. */
  readonly source: ReportSource;
}

/** A valid report says the opposite of what was already reported. The status stays; somebody has to look. */
export interface PaymentReportContradicted {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** The id that the channel gave its callback. */
  readonly callbackId: string;
  /** Status of the payment, which stays. */
  readonly currentStatus: PaymentStatus;
  /** What the report says instead. */
  readonly reportedStatus: CallbackStatus;
  /** The channel's own number; null if it gave none. */
  readonly channelTradeNo: null | string;
  /** Broker time at which the report came. Epoch ms. */
  readonly reportedAt: number;
  /** How it is known. */
  readonly source: ReportSource;
}

/** The gateway speaks of another payment than was asked for. Nothing moves; somebody has to look. */
export interface PaymentReportMismatched {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** How it is known. */
  readonly source: ReportSource;
  /** Id of the call or of the callback. */
  readonly sourceId: string;
  /** What differs: AMOUNT, CURRENCY, MERCHANT or TRANSACTION. */
  readonly field: string;
  /** What was asked for. */
  readonly expected: string;
  /** What the gateway says. */
  readonly found: string;
  /** Broker time at which it was said. Epoch ms. */
  readonly reportedAt: number;
}

/** A merchant asked again for a payment under the same number, with other parameters. Nothing moves. */
export interface PaymentRequestConflicted {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Names of what differs, in the words of the merchant API. */
  readonly fields: readonly string[];
  /** Keyed digest of what was asked for this time. */
  readonly fingerprint: string;
  /** Broker time at which it was asked for. Epoch ms. */
  readonly requestedAt: number;
}

/** Where a payment stands. */
export type PaymentStatus = 'INIT' | 'PAYING' | 'SUCCESS' | 'FAILED' | 'CLOSED' | 'UNKNOWN';

/** The channel says that it was paid. */
export interface PaymentSucceeded {
  /** Id of this event, as in its envelope. */
  readonly eventId: string;
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Amount of the payment, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Who moves the money. */
  readonly channel: Channel;
  /** The channel's own number. */
  readonly channelTradeNo: string;
  /** When the channel says it was paid. Epoch ms. */
  readonly paidAt: number;
  /** Broker time of the command that led to it. Epoch ms. */
  readonly eventTime: number;
  /** Correlation id of the request that led to it. */
  readonly traceId: string;
  /** Version of the shape of this event as consumers know it. */
  readonly version: string;
}

/** One transaction of the gateway stands behind two payments. Nothing moves; somebody has to look. */
export interface PaymentTransactionConflicted {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** The gateway. */
  readonly channel: Channel;
  /** The gateway's number of the transaction. */
  readonly gatewayTransactionId: string;
  /** Number of the payment that it paid first. */
  readonly otherPayNo: string;
  /** Whose payment that is. */
  readonly otherTenant: string;
  /** Number of that payment's order. */
  readonly otherOrderNo: string;
  /** Id of the event by which that payment succeeded. */
  readonly otherEventId: string;
  /** Broker time at which it was found. Epoch ms. */
  readonly reportedAt: number;
}

/** It is not known whether the gateway has the payment. Only a query can tell. */
export interface PaymentUnknown {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** What was met, as a code. */
  readonly code: string;
  /** What was met, in words for people. */
  readonly message: string;
  /** Broker time at which it became unknown. Epoch ms. */
  readonly since: number;
}

/** What became of a callback. */
export type ProcessResult = 'PROCESSED' | 'IGNORED' | 'FAILED' | 'UNKNOWN';

/** Ask the gateway about a payment now. */
export interface QueryPayment {
  /** Number of the payment. */
  readonly payNo: string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Not, if the gateway was asked within so many milliseconds before: for those whose word is no more than a hint. */
  readonly unlessWithinMs: number;
  /** Whether something is said to have happened: what cannot be asked now is then asked as soon as it can be. */
  readonly isNews: boolean;
}

/** The gateway says that the money will not go back. */
export interface RefundFailed {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Id of the refund. */
  readonly refundId: string;
  /** The gateway's code, or ours. */
  readonly code: string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time at which it was said. Epoch ms. */
  readonly failedAt: number;
}

/** Give back what was paid, or a part of it. */
export interface RefundPayment {
  /** Number of the payment. */
  readonly payNo: string;
  /** Id of the refund. */
  readonly refundId: string;
  /** What is to go back, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Why, in words for people. */
  readonly reason: null | string;
}

/** Give back what a merchant's payment order brought, or a part of it. */
export interface RefundPaymentOrder {
  /** Id of the payment order, a UUID that carries the slot of its order. */
  readonly paymentOrderId: string;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** Id of the refund. */
  readonly refundId: string;
  /** What is to go back, in minor units of the payment's currency. */
  readonly amountMinor: bigint;
  /** Why, in words for people. */
  readonly reason: null | string;
}

/** The gateway has the refund and will do it. */
export interface RefundProcessing {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Id of the refund. */
  readonly refundId: string;
  /** The gateway's own number of the refund. */
  readonly gatewayRefundId: null | string;
  /** Broker time at which it was taken. Epoch ms. */
  readonly acceptedAt: number;
}

/** Money is to go back to the payer. From here on it counts against what was paid. */
export interface RefundRequested {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Id of the refund. */
  readonly refundId: string;
  /** Our number of the refund, by which the gateway knows it. */
  readonly refundReference: string;
  /** What is to go back, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Why, in words for people. */
  readonly reason: null | string;
  /** Whether nobody asked for it: the payment had ended unpaid when it was paid. */
  readonly automatic: boolean;
  /** Number of the second transaction whose money it is; null for what paid the payment. */
  readonly gatewayTransactionId: null | string;
  /** Broker time at which it was asked for. Epoch ms. */
  readonly requestedAt: number;
}

/** Give back what a second transaction took for a payment that another had paid. */
export interface RefundSecondTransaction {
  /** Number of the payment. */
  readonly payNo: string;
  /** Id of the refund. */
  readonly refundId: string;
  /** The most that is to go back, in minor units of the currency: less, where a part has gone back before. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Why, in words for people. */
  readonly reason: null | string;
}

/** The gateway says that the money went back. */
export interface RefundSucceeded {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Id of the refund. */
  readonly refundId: string;
  /** What went back, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** The gateway's own number of the refund. */
  readonly gatewayRefundId: string;
  /** Number of the second transaction whose money it is; null for what paid the payment. */
  readonly gatewayTransactionId: null | string;
  /** When the gateway says it went back. Epoch ms. */
  readonly refundedAt: number;
}

/** It is not known whether the gateway has the refund. Only a query can tell. */
export interface RefundUnknown {
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Id of the refund. */
  readonly refundId: string;
  /** What was met, as a code. */
  readonly code: string;
  /** What was met, in words for people. */
  readonly message: string;
  /** Broker time at which it became unknown. Epoch ms. */
  readonly since: number;
}

/** What a gateway said to a call. */
export interface ReportGatewayCall {
  /** Number of the payment. */
  readonly payNo: string;
  /** Id of the call: that of the event that asked for it. */
  readonly callId: string;
  /** Who sent it. */
  readonly worker: string;
  /** What it said. */
  readonly answer: GatewayAnswer;
}

/** A callback of a gateway whose signature holds. */
export interface ReportGatewayCallback {
  /** Number of the payment. */
  readonly payNo: string;
  /** Whose callback it is. */
  readonly channel: Channel;
  /** Our number of the attempt that it names. */
  readonly reference: string;
  /** The gateway's id of the callback, or a digest of what it signed. */
  readonly callbackId: string;
  /** Whether it names us as who was paid. */
  readonly merchantMatches: boolean;
  /** Our number of the refund that it concerns; null if it concerns the payment itself. */
  readonly refundReference: null | string;
  /** What it says. */
  readonly answer: GatewayAnswer;
  /** Body of the callback, byte for byte as it came, encrypted. */
  readonly rawPayload: string;
}

/** A callback of the mock channel whose signature was checked. */
export interface ReportMockCallback {
  /** Number of the payment. */
  readonly payNo: string;
  /** The id that the channel gave its callback. */
  readonly callbackId: string;
  /** What the channel says. */
  readonly callbackStatus: CallbackStatus;
  /** The channel's own number; null if it gave none. */
  readonly channelTradeNo: null | string;
  /** Timestamp of the callback, as it was signed. */
  readonly timestamp: string;
  /** Nonce of the callback, as it was signed. */
  readonly nonce: string;
  /** Body of the callback, byte for byte as it was signed, encrypted. */
  readonly rawPayload: string;
}

/** How it is known. */
export type ReportSource = 'QUERY' | 'CALLBACK' | 'UNKNOWN';

/** The gateway's transaction that paid this payment had paid another one before. */
export interface ReportTransactionConflict {
  /** Number of the payment. */
  readonly payNo: string;
  /** The gateway. */
  readonly channel: Channel;
  /** The gateway's number of the transaction. */
  readonly gatewayTransactionId: string;
  /** Number of the payment that it paid first. */
  readonly otherPayNo: string;
  /** Whose payment that is. */
  readonly otherTenant: string;
  /** Number of that payment's order. */
  readonly otherOrderNo: string;
  /** Id of the event by which that payment succeeded. */
  readonly otherEventId: string;
}

/** Say that a call is about to be sent. Only one may: whoever is let through. */
export interface StartGatewayCall {
  /** Number of the payment. */
  readonly payNo: string;
  /** Id of the call: that of the event that asked for it. */
  readonly callId: string;
  /** Who sends it; another one each time it starts. */
  readonly worker: string;
  /** After so long it has an answer or is given up, in milliseconds. */
  readonly deadlineMs: number;
}

export type PaymentsEvent =
  | { readonly type: 'GatewayCallReported'; readonly data: GatewayCallReported }
  | { readonly type: 'GatewayCallRequested'; readonly data: GatewayCallRequested }
  | { readonly type: 'GatewayCallStarted'; readonly data: GatewayCallStarted }
  | { readonly type: 'GatewayCallbackRecorded'; readonly data: GatewayCallbackRecorded }
  | { readonly type: 'GatewayQueryDeferred'; readonly data: GatewayQueryDeferred }
  | { readonly type: 'PaymentCallbackRecorded'; readonly data: PaymentCallbackRecorded }
  | { readonly type: 'PaymentCloseRequested'; readonly data: PaymentCloseRequested }
  | { readonly type: 'PaymentClosed'; readonly data: PaymentClosed }
  | { readonly type: 'PaymentCreated'; readonly data: PaymentCreated }
  | { readonly type: 'PaymentFailed'; readonly data: PaymentFailed }
  | { readonly type: 'PaymentProcessing'; readonly data: PaymentProcessing }
  | { readonly type: 'PaymentReportConfirmed'; readonly data: PaymentReportConfirmed }
  | { readonly type: 'PaymentReportContradicted'; readonly data: PaymentReportContradicted }
  | { readonly type: 'PaymentReportMismatched'; readonly data: PaymentReportMismatched }
  | { readonly type: 'PaymentRequestConflicted'; readonly data: PaymentRequestConflicted }
  | { readonly type: 'PaymentSucceeded'; readonly data: PaymentSucceeded }
  | { readonly type: 'PaymentTransactionConflicted'; readonly data: PaymentTransactionConflicted }
  | { readonly type: 'PaymentUnknown'; readonly data: PaymentUnknown }
  | { readonly type: 'RefundFailed'; readonly data: RefundFailed }
  | { readonly type: 'RefundProcessing'; readonly data: RefundProcessing }
  | { readonly type: 'RefundRequested'; readonly data: RefundRequested }
  | { readonly type: 'RefundSucceeded'; readonly data: RefundSucceeded }
  | { readonly type: 'RefundUnknown'; readonly data: RefundUnknown };

/** Full record names of {@link PaymentsEvent}. */
export const paymentsEventNames = [
  'plumbline.payments.GatewayCallReported',
  'plumbline.payments.GatewayCallRequested',
  'plumbline.payments.GatewayCallStarted',
  'plumbline.payments.GatewayCallbackRecorded',
  'plumbline.payments.GatewayQueryDeferred',
  'plumbline.payments.PaymentCallbackRecorded',
  'plumbline.payments.PaymentCloseRequested',
  'plumbline.payments.PaymentClosed',
  'plumbline.payments.PaymentCreated',
  'plumbline.payments.PaymentFailed',
  'plumbline.payments.PaymentProcessing',
  'plumbline.payments.PaymentReportConfirmed',
  'plumbline.payments.PaymentReportContradicted',
  'plumbline.payments.PaymentReportMismatched',
  'plumbline.payments.PaymentRequestConflicted',
  'plumbline.payments.PaymentSucceeded',
  'plumbline.payments.PaymentTransactionConflicted',
  'plumbline.payments.PaymentUnknown',
  'plumbline.payments.RefundFailed',
  'plumbline.payments.RefundProcessing',
  'plumbline.payments.RefundRequested',
  'plumbline.payments.RefundSucceeded',
  'plumbline.payments.RefundUnknown',
] as const;

export type PaymentsCommand =
  | { readonly type: 'ClosePayment'; readonly data: ClosePayment }
  | { readonly type: 'CreatePayment'; readonly data: CreatePayment }
  | { readonly type: 'QueryPayment'; readonly data: QueryPayment }
  | { readonly type: 'RefundPayment'; readonly data: RefundPayment }
  | { readonly type: 'RefundPaymentOrder'; readonly data: RefundPaymentOrder }
  | { readonly type: 'RefundSecondTransaction'; readonly data: RefundSecondTransaction }
  | { readonly type: 'ReportGatewayCall'; readonly data: ReportGatewayCall }
  | { readonly type: 'ReportGatewayCallback'; readonly data: ReportGatewayCallback }
  | { readonly type: 'ReportMockCallback'; readonly data: ReportMockCallback }
  | { readonly type: 'ReportTransactionConflict'; readonly data: ReportTransactionConflict }
  | { readonly type: 'StartGatewayCall'; readonly data: StartGatewayCall };

/** Full record names of {@link PaymentsCommand}. */
export const paymentsCommandNames = [
  'plumbline.payments.ClosePayment',
  'plumbline.payments.CreatePayment',
  'plumbline.payments.QueryPayment',
  'plumbline.payments.RefundPayment',
  'plumbline.payments.RefundPaymentOrder',
  'plumbline.payments.RefundSecondTransaction',
  'plumbline.payments.ReportGatewayCall',
  'plumbline.payments.ReportGatewayCallback',
  'plumbline.payments.ReportMockCallback',
  'plumbline.payments.ReportTransactionConflict',
  'plumbline.payments.StartGatewayCall',
] as const;

export type PaymentsInbox =
  | { readonly type: 'CallbackRefused'; readonly data: CallbackRefused };

/** Full record names of {@link PaymentsInbox}. */
export const paymentsInboxNames = [
  'plumbline.payments.CallbackRefused',
] as const;
