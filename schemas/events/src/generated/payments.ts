// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** A callback that was refused at the edge. Nothing in it is verified. */
export interface CallbackRefused {
  /** Number of the payment it claims to concern; null if unreadable. */
  readonly payNo: null | string;
  /** The id it claims; null if unreadable. */
  readonly callbackId: null | string;
  /** The status it claims; null if unreadable. */
  readonly callbackStatus: null | string;
  /** Body of the request as it came. */
  readonly rawPayload: string;
  /** Why it was refused. */
  readonly code: string;
  /** Time of the edge at which it came. Epoch ms. */
  readonly receivedAt: number;
}

/** What a channel says about a payment. */
export type CallbackStatus = 'SUCCESS' | 'FAILED' | 'UNKNOWN';

/** Who moves the money. */
export type Channel = 'MOCK' | 'ALIPAY' | 'WECHAT' | 'UNKNOWN';

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
}

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
  /** Body of the callback, byte for byte as it was signed. */
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

/** What became of a callback. */
export type ProcessResult = 'PROCESSED' | 'IGNORED' | 'FAILED' | 'UNKNOWN';

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
  /** Body of the callback, byte for byte as it was signed. */
  readonly rawPayload: string;
}

export type PaymentsEvent =
  | { readonly type: 'PaymentCallbackRecorded'; readonly data: PaymentCallbackRecorded }
  | { readonly type: 'PaymentClosed'; readonly data: PaymentClosed }
  | { readonly type: 'PaymentCreated'; readonly data: PaymentCreated }
  | { readonly type: 'PaymentFailed'; readonly data: PaymentFailed }
  | { readonly type: 'PaymentProcessing'; readonly data: PaymentProcessing }
  | { readonly type: 'PaymentReportConfirmed'; readonly data: PaymentReportConfirmed }
  | { readonly type: 'PaymentReportContradicted'; readonly data: PaymentReportContradicted }
  | { readonly type: 'PaymentSucceeded'; readonly data: PaymentSucceeded };

/** Full record names of {@link PaymentsEvent}. */
export const paymentsEventNames = [
  'plumbline.payments.PaymentCallbackRecorded',
  'plumbline.payments.PaymentClosed',
  'plumbline.payments.PaymentCreated',
  'plumbline.payments.PaymentFailed',
  'plumbline.payments.PaymentProcessing',
  'plumbline.payments.PaymentReportConfirmed',
  'plumbline.payments.PaymentReportContradicted',
  'plumbline.payments.PaymentSucceeded',
] as const;

export type PaymentsCommand =
  | { readonly type: 'ClosePayment'; readonly data: ClosePayment }
  | { readonly type: 'CreatePayment'; readonly data: CreatePayment }
  | { readonly type: 'ReportMockCallback'; readonly data: ReportMockCallback };

/** Full record names of {@link PaymentsCommand}. */
export const paymentsCommandNames = [
  'plumbline.payments.ClosePayment',
  'plumbline.payments.CreatePayment',
  'plumbline.payments.ReportMockCallback',
] as const;

export type PaymentsInbox =
  | { readonly type: 'CallbackRefused'; readonly data: CallbackRefused };

/** Full record names of {@link PaymentsInbox}. */
export const paymentsInboxNames = [
  'plumbline.payments.CallbackRefused',
] as const;
