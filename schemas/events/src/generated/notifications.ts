// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** Gives a notification up. */
export interface AbandonNotification {
  /** Id of the notification; null for the newest of the payment. */
  readonly notificationId: null | string;
  /** Number of the payment. */
  readonly paymentId: null | string;
  /** Why. */
  readonly reason: string;
}

/** How an attempt ended. */
export type AttemptOutcome = 'DELIVERED' | 'FAILED' | 'GONE' | 'UNDELIVERABLE' | 'UNKNOWN';

/** What an attempt showed. */
export interface AttemptReport {
  /** How it ended. */
  readonly outcome: AttemptOutcome;
  /** Why it failed, such as HTTP_500 or TIMED_OUT. */
  readonly code: null | string;
  /** In words for people. */
  readonly message: null | string;
  /** Status of the answer. */
  readonly httpStatus: null | number;
  /** How long the endpoint asks to be left alone, ms. */
  readonly retryAfterMs: null | number;
  /** When the attempt began. Epoch ms. */
  readonly startedAt: number;
  /** How long it took, ms. */
  readonly durationMs: number;
  /** Of that until the name was looked up. */
  readonly dnsMs: null | number;
  /** Of that until there was a connection; null where one was open. */
  readonly connectMs: null | number;
  /** Of that until the answer began. */
  readonly firstByteMs: null | number;
  /** Length of the body that was sent. */
  readonly requestBytes: number;
  /** Beginning of the answer, encrypted. */
  readonly response: null | string;
  /** Whether the answer was longer. */
  readonly responseTruncated: boolean;
}

/** What made an attempt due. */
export type AttemptTrigger = 'FIRST' | 'SCHEDULE' | 'MANUAL' | 'REPLAY' | 'ORDER' | 'SWEEP' | 'UNKNOWN';

/** Asks for a notification to a URL. */
export interface CreateNotification {
  /** Id of the notification: the same at every attempt. */
  readonly notificationId: string;
  /** What is told. */
  readonly content: NotificationContent;
  /** Where it is posted to. */
  readonly callbackUrl: string;
}

/** It was given up. */
export interface NotificationAbandoned {
  /** Id of the notification: the same at every attempt. */
  readonly notificationId: string;
  /** Why. */
  readonly reason: string;
  /** Broker time. Epoch ms. */
  readonly abandonedAt: number;
}

/** The time of an attempt has come. */
export interface NotificationAttemptDue {
  /** Id of the notification: the same at every attempt. */
  readonly notificationId: string;
  /** Which one, from 1. */
  readonly attempt: number;
  /** What made it due. */
  readonly trigger: AttemptTrigger;
  /** When it was due. Epoch ms. */
  readonly dueAt: number;
  /** Broker time: when this was said. Epoch ms. */
  readonly startedAt: number;
  /** NOTIFYING or RETRYING. */
  readonly status: NotificationStatus;
  /** Retries of the schedule used so far. */
  readonly step: number;
  /** Why, where a person asked. */
  readonly reason: null | string;
  /** Endpoint that it goes to; null where the caller named a URL. */
  readonly endpointId: null | string;
  /** URL that the caller named; null where it goes to an endpoint. */
  readonly callbackUrl: null | string;
  /** What is told, where the notification had ended before; null otherwise. */
  readonly content: null | NotificationContent;
  /** Its place among the notifications of the order, where it had ended before. */
  readonly sequence: null | bigint;
}

/** An attempt failed. */
export interface NotificationAttemptFailed {
  /** Id of the notification: the same at every attempt. */
  readonly notificationId: string;
  /** Which one, from 1. */
  readonly attempt: number;
  /** What it showed. */
  readonly report: AttemptReport;
  /** FAILED where another attempt follows in its time, RETRY_FAILED where none does, RETRYING where it follows as soon as the endpoint is there again. */
  readonly status: NotificationStatus;
  /** When the next attempt is due. Epoch ms. */
  readonly nextDueAt: null | number;
  /** Delay level that it waits in; null where a timer keeps it. */
  readonly levelMs: null | number;
  /** Retries of the schedule used so far. */
  readonly step: number;
  /** Broker time of the report. Epoch ms. */
  readonly failedAt: number;
}

/** What a merchant is told. Fields that the event does not have are null. */
export interface NotificationContent {
  /** Type of the event, such as payment.succeeded. */
  readonly type: string;
  /** Id of the event in the log; null where a caller asked for the notification. */
  readonly sourceEventId: null | string;
  /** Whose event it is. */
  readonly tenant: string;
  /** Number of the order, or what the event is about instead. */
  readonly orderNo: string;
  /** Number of the payment. */
  readonly paymentId: null | string;
  /** Id of the refund. */
  readonly refundId: null | string;
  /** Amount, in minor units of the currency. */
  readonly amountMinor: null | bigint;
  /** ISO 4217 code; null for an amount with two decimals whose currency the caller did not say. */
  readonly currency: null | string;
  /** Status of the payment. */
  readonly status: NotifiedStatus;
  /** Who moves the money. */
  readonly paymentMethod: null | string;
  /** The channel's number of the transaction. */
  readonly transactionId: null | string;
  /** When it happened. Epoch ms. */
  readonly occurredAt: number;
  /** Data of events that are not about a payment, as JSON. */
  readonly data: null | string;
}

/** There is something to tell. */
export interface NotificationCreated {
  /** Id of the notification: the same at every attempt. */
  readonly notificationId: string;
  /** Endpoint that it goes to; null where the caller named a URL. */
  readonly endpointId: null | string;
  /** URL that the caller named; null where it goes to an endpoint. */
  readonly callbackUrl: null | string;
  /** What is told. */
  readonly content: NotificationContent;
  /** Counts the notifications of the order, from 1. */
  readonly sequence: bigint;
  /** NOTIFYING where it is due at once; PENDING where it waits. */
  readonly status: NotificationStatus;
  /** Whether it waits for the one before it. */
  readonly inOrder: boolean;
  /** Waits before the retries, ms. */
  readonly intervalsMs: readonly number[];
  /** Which settings of the endpoint these are. */
  readonly settingsVersion: null | number;
  /** Broker time; the first attempt is due then. Epoch ms. */
  readonly createdAt: number;
  /** Broker time at which it is forgotten, or given up if it has not ended. Epoch ms. */
  readonly expireAt: number;
}

/** The endpoint took it. */
export interface NotificationDelivered {
  /** Id of the notification: the same at every attempt. */
  readonly notificationId: string;
  /** Which one, from 1. */
  readonly attempt: number;
  /** What it showed. */
  readonly report: AttemptReport;
  /** Broker time of the report. Epoch ms. */
  readonly deliveredAt: number;
}

/** How far a notification is. */
export type NotificationStatus = 'PENDING' | 'NOTIFYING' | 'SUCCESS' | 'FAILED' | 'RETRYING' | 'RETRY_FAILED' | 'ABANDONED' | 'UNKNOWN';

/** What a waiting notification tells has changed, and is to be told now. */
export interface NotificationStatusUpdated {
  /** Id of the notification: the same at every attempt. */
  readonly notificationId: string;
  /** The new status of the payment. */
  readonly paymentStatus: NotifiedStatus;
  /** The channel's number of the transaction. */
  readonly transactionId: null | string;
  /** NOTIFYING where it is due at once; PENDING where it waits. */
  readonly status: NotificationStatus;
  /** Broker time. Epoch ms. */
  readonly updatedAt: number;
}

/** Their time is over: they are removed from what is shown. */
export interface NotificationsForgotten {
  /** Which ones. */
  readonly notificationIds: readonly string[];
  /** Broker time. Epoch ms. */
  readonly forgottenAt: number;
}

/** Status of a payment, in the words of the notification contract. */
export type NotifiedStatus = 'PROCESSING' | 'SUCCESS' | 'FAILED' | 'CANCELLED' | 'TIMEOUT' | 'REFUNDING' | 'REFUNDED' | 'UNKNOWN';

/** Asks that a notification that ended is delivered once more, with all its retries. */
export interface ReplayNotification {
  /** Id of the notification: the same at every attempt. */
  readonly notificationId: string;
  /** Why. */
  readonly reason: string;
}

/** Says how an attempt ended. */
export interface ReportAttempt {
  /** Id of the notification: the same at every attempt. */
  readonly notificationId: string;
  /** Which one, from 1. */
  readonly attempt: number;
  /** What it showed. */
  readonly report: AttemptReport;
}

/** Asks for the next attempt now. */
export interface RetryNotification {
  /** Id of the notification; null for the newest of the payment. */
  readonly notificationId: null | string;
  /** Number of the payment. */
  readonly paymentId: null | string;
  /** Why. */
  readonly reason: null | string;
}

/** Says that the time of an attempt has come. */
export interface StartAttempt {
  /** Id of the notification: the same at every attempt. */
  readonly notificationId: string;
  /** Which one, from 1. */
  readonly attempt: number;
  /** Broker time at which it is due. Epoch ms. */
  readonly dueAt: number;
  /** What made it due. */
  readonly trigger: AttemptTrigger;
}

/** Asks that endpoints are told how a payment ended which do not know it, or know it otherwise. */
export interface TellAgain {
  /** Id of the correction: the same again tells nobody twice. */
  readonly correctionId: string;
  /** Number of the payment. */
  readonly paymentId: string;
  /** Why. */
  readonly reason: string;
}

/** Makes a notification to one endpoint, to try it out. */
export interface TriggerNotification {
  /** Id of the notification: the same at every attempt. */
  readonly notificationId: string;
  /** What is told. */
  readonly content: NotificationContent;
  /** Endpoint that it goes to. */
  readonly endpointId: string;
}

/** Says that a payment has another status, to be told to whoever was told before. */
export interface UpdatePaymentStatus {
  /** Number of the payment. */
  readonly paymentId: string;
  /** The new status. */
  readonly status: NotifiedStatus;
  /** The channel's number of the transaction. */
  readonly transactionId: null | string;
}

export type NotificationsEvent =
  | { readonly type: 'NotificationAbandoned'; readonly data: NotificationAbandoned }
  | { readonly type: 'NotificationAttemptDue'; readonly data: NotificationAttemptDue }
  | { readonly type: 'NotificationAttemptFailed'; readonly data: NotificationAttemptFailed }
  | { readonly type: 'NotificationCreated'; readonly data: NotificationCreated }
  | { readonly type: 'NotificationDelivered'; readonly data: NotificationDelivered }
  | { readonly type: 'NotificationStatusUpdated'; readonly data: NotificationStatusUpdated }
  | { readonly type: 'NotificationsForgotten'; readonly data: NotificationsForgotten };

/** Full record names of {@link NotificationsEvent}. */
export const notificationsEventNames = [
  'plumbline.notifications.NotificationAbandoned',
  'plumbline.notifications.NotificationAttemptDue',
  'plumbline.notifications.NotificationAttemptFailed',
  'plumbline.notifications.NotificationCreated',
  'plumbline.notifications.NotificationDelivered',
  'plumbline.notifications.NotificationStatusUpdated',
  'plumbline.notifications.NotificationsForgotten',
] as const;

export type NotificationsCommand =
  | { readonly type: 'AbandonNotification'; readonly data: AbandonNotification }
  | { readonly type: 'CreateNotification'; readonly data: CreateNotification }
  | { readonly type: 'ReplayNotification'; readonly data: ReplayNotification }
  | { readonly type: 'ReportAttempt'; readonly data: ReportAttempt }
  | { readonly type: 'RetryNotification'; readonly data: RetryNotification }
  | { readonly type: 'StartAttempt'; readonly data: StartAttempt }
  | { readonly type: 'TellAgain'; readonly data: TellAgain }
  | { readonly type: 'TriggerNotification'; readonly data: TriggerNotification }
  | { readonly type: 'UpdatePaymentStatus'; readonly data: UpdatePaymentStatus };

/** Full record names of {@link NotificationsCommand}. */
export const notificationsCommandNames = [
  'plumbline.notifications.AbandonNotification',
  'plumbline.notifications.CreateNotification',
  'plumbline.notifications.ReplayNotification',
  'plumbline.notifications.ReportAttempt',
  'plumbline.notifications.RetryNotification',
  'plumbline.notifications.StartAttempt',
  'plumbline.notifications.TellAgain',
  'plumbline.notifications.TriggerNotification',
  'plumbline.notifications.UpdatePaymentStatus',
] as const;
