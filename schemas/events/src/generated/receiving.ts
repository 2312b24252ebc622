// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** Asks an account to wait for the money of an order. */
export interface ActivateOrder {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
  /** Id of the channel; null for the first that is enabled. */
  readonly cid: null | string;
  /** Number of the order. */
  readonly orderNo: string;
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the attempt at the payment, by which the account knows the order. */
  readonly reference: string;
  /** Amount of the order, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Broker time at which the order is no longer payable. Epoch ms. */
  readonly expireAt: number;
}

/** Gives an account other channels and settings; orders that wait keep theirs. */
export interface ChangeReceivingAccount {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
  /** What people call it. */
  readonly name: string;
  /** By which ways it is paid into, at least one. */
  readonly channels: readonly ReceivingChannel[];
  /** How money is told apart. */
  readonly settings: ReceivingSettings;
}

/** Why an account waits no longer for an order. */
export type Deactivation = 'CLOSED' | 'EXPIRED' | 'UNKNOWN';

/** Tells an account to wait no longer. */
export interface EndActiveOrder {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
  /** Number of the attempt at the payment, by which the account knows the order. */
  readonly reference: string;
}

/** How money was matched: to the only order that waited for it, to the only one that had waited lately, or by a person. */
export type MatchKind = 'ON_TIME' | 'LATE' | 'MANUAL' | 'UNKNOWN';

/** Matches money to an order by hand. */
export interface MatchMoney {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
  /** Number that the payment platform gave the money, unique on the account. */
  readonly platformOrder: string;
  /** Number of the attempt at the payment, by which the account knows the order. */
  readonly reference: string;
  /** Why, in words of a person. */
  readonly reason: string;
}

/** Money on an account is that of an order. */
export interface MoneyMatched {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
  /** Id of the channel of the order, unique within the account. */
  readonly cid: string;
  /** Pay way as the monitor client reports it. */
  readonly payway: string;
  /** Name of the channel as the monitor client reports it. */
  readonly channel: string;
  /** Number that the payment platform gave the money, unique on the account. */
  readonly platformOrder: string;
  /** What came in, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Number of the order. */
  readonly orderNo: string;
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the attempt at the payment, by which the account knows the order. */
  readonly reference: string;
  /** Amount of the order, in minor units of the currency. */
  readonly orderAmountMinor: bigint;
  /** What the payment is told: the amount of the order where what came in is what was to be paid, else what came in. */
  readonly toldMinor: bigint;
  /** How. */
  readonly kind: MatchKind;
  /** Why, in words of a person; null where nobody was asked. */
  readonly reason: null | string;
  /** What the monitor client saw, as it came, encrypted; null where that stands in an event before. */
  readonly rawPayload: null | string;
  /** Id of the monitor client, or who reported it instead. */
  readonly reportedBy: string;
  /** Broker time at which it was reported. Epoch ms. */
  readonly receivedAt: number;
  /** Broker time. Epoch ms. */
  readonly matchedAt: number;
}

/** Money was reported again and otherwise; nothing else changed. */
export interface MoneyReportContradicted {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
  /** Pay way as the monitor client reports it. */
  readonly payway: string;
  /** Name of the channel as the monitor client reports it. */
  readonly channel: string;
  /** Number that the payment platform gave the money, unique on the account. */
  readonly platformOrder: string;
  /** What came in, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Id of the monitor client, or who reported it instead. */
  readonly reportedBy: string;
  /** Broker time. Epoch ms. */
  readonly reportedAt: number;
}

/** Money on an account belongs to no order, a person says. */
export interface MoneySetAside {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
  /** Number that the payment platform gave the money, unique on the account. */
  readonly platformOrder: string;
  /** What came in, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Why, in words of a person. */
  readonly reason: string;
  /** Broker time. Epoch ms. */
  readonly setAsideAt: number;
}

/** Money on an account is kept and matched to no order. */
export interface MoneyUnmatched {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
  /** Pay way as the monitor client reports it. */
  readonly payway: string;
  /** Name of the channel as the monitor client reports it. */
  readonly channel: string;
  /** Number that the payment platform gave the money, unique on the account. */
  readonly platformOrder: string;
  /** What came in, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Why. */
  readonly why: UnmatchedReason;
  /** References of the orders that it could be for, at most 20. */
  readonly candidates: readonly string[];
  /** What the monitor client saw, as it came, encrypted. */
  readonly rawPayload: string;
  /** Id of the monitor client, or who reported it instead. */
  readonly reportedBy: string;
  /** Broker time at which it was reported. Epoch ms. */
  readonly receivedAt: number;
}

/** An account waits for the money of an order. */
export interface OrderActivated {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
  /** Id of the channel, unique within the account. */
  readonly cid: string;
  /** Pay way of the channel, such as wxpay. */
  readonly type: string;
  /** Listening mode of the client, 0 or 1. */
  readonly pattern: number;
  /** Number of the order. */
  readonly orderNo: string;
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the attempt at the payment, by which the account knows the order. */
  readonly reference: string;
  /** Amount of the order, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** What is to be paid so that it is told apart, in minor units of the currency. */
  readonly payableMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Where the payer pays; null where it is shown elsewhere. */
  readonly payUrl: null | string;
  /** Broker time at which the order is no longer payable. Epoch ms. */
  readonly expireAt: number;
  /** Broker time. Epoch ms. */
  readonly activatedAt: number;
}

/** An account waits no longer for an order that nobody has paid. */
export interface OrderDeactivated {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
  /** Id of the channel, unique within the account. */
  readonly cid: string;
  /** Number of the order. */
  readonly orderNo: string;
  /** Number of the payment. */
  readonly payNo: string;
  /** Number of the attempt at the payment, by which the account knows the order. */
  readonly reference: string;
  /** Why. */
  readonly end: Deactivation;
  /** Broker time. Epoch ms. */
  readonly endedAt: number;
}

/** Sends no more orders to an account; money is still matched. */
export interface PauseReceivingAccount {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
  /** Why, in words of a person. */
  readonly reason: string;
}

/** Asks what an account knows of an order. */
export interface QueryActiveOrder {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
  /** Number of the attempt at the payment, by which the account knows the order. */
  readonly reference: string;
}

/** An account has other channels and settings. */
export interface ReceivingAccountChanged {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
  /** What people call it. */
  readonly name: string;
  /** By which ways it is paid into, at least one. */
  readonly channels: readonly ReceivingChannel[];
  /** How money is told apart. */
  readonly settings: ReceivingSettings;
  /** Broker time. Epoch ms. */
  readonly changedAt: number;
}

/** No more orders are sent to an account. */
export interface ReceivingAccountPaused {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
  /** Why, in words of a person. */
  readonly reason: string;
  /** Broker time. Epoch ms. */
  readonly pausedAt: number;
}

/** An account is paid into. */
export interface ReceivingAccountRegistered {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
  /** What people call it. */
  readonly name: string;
  /** ISO 4217 code of the amounts. */
  readonly currency: string;
  /** By which ways it is paid into, at least one. */
  readonly channels: readonly ReceivingChannel[];
  /** How money is told apart. */
  readonly settings: ReceivingSettings;
  /** Broker time. Epoch ms. */
  readonly registeredAt: number;
}

/** Orders are sent to an account again. */
export interface ReceivingAccountResumed {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
  /** Broker time. Epoch ms. */
  readonly resumedAt: number;
}

/** A way by which an account is paid into. */
export interface ReceivingChannel {
  /** Id of the channel, unique within the account. */
  readonly cid: string;
  /** Pay way, such as wxpay or alipay. */
  readonly type: string;
  /** What monitor clients call it, unique within the account. */
  readonly channel: string;
  /** Listening mode of the client, 0 or 1. */
  readonly pattern: number;
  /** Where the payer pays; {amount} stands for the amount. Null where it is shown elsewhere. */
  readonly payUrl: null | string;
  /** Whether orders are still sent to it. */
  readonly enabled: boolean;
}

/** How money on an account is told apart. */
export interface ReceivingSettings {
  /** By how many steps an amount may differ so that no two orders ask for the same; 0 for not at all. */
  readonly offsetsMax: number;
  /** One step, in minor units of the currency. */
  readonly offsetStepMinor: bigint;
  /** Whether the payer pays more by the step, or less. */
  readonly offsetUp: boolean;
  /** How long after its end an order counts as one that waits, in milliseconds. */
  readonly settleMs: number;
  /** How long after its end money is still told to an order, in milliseconds. */
  readonly lateMs: number;
}

/** Adds an account that people pay into. */
export interface RegisterReceivingAccount {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
  /** What people call it. */
  readonly name: string;
  /** ISO 4217 code of the amounts. */
  readonly currency: string;
  /** By which ways it is paid into, at least one. */
  readonly channels: readonly ReceivingChannel[];
  /** How money is told apart. */
  readonly settings: ReceivingSettings;
}

/** Says that money came in. */
export interface ReportMoney {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
  /** Pay way as the monitor client reports it. */
  readonly payway: string;
  /** Name of the channel as the monitor client reports it. */
  readonly channel: string;
  /** What came in, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Number that the payment platform gave the money, unique on the account. */
  readonly platformOrder: string;
  /** What the monitor client saw, as it came, encrypted. */
  readonly rawPayload: string;
  /** Id of the monitor client, or who reported it instead. */
  readonly reportedBy: string;
}

/** Sends orders to an account again. */
export interface ResumeReceivingAccount {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
}

/** Says that money belongs to no order. */
export interface SetMoneyAside {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the account, unique within its merchant. */
  readonly aid: string;
  /** Number that the payment platform gave the money, unique on the account. */
  readonly platformOrder: string;
  /** Why, in words of a person. */
  readonly reason: string;
}

/** Why money was matched to no order. */
export type UnmatchedReason = 'NO_ORDER' | 'SEVERAL_ORDERS' | 'CHANNEL_UNKNOWN' | 'UNKNOWN';

export type ReceivingEvent =
  | { readonly type: 'MoneyMatched'; readonly data: MoneyMatched }
  | { readonly type: 'MoneyReportContradicted'; readonly data: MoneyReportContradicted }
  | { readonly type: 'MoneySetAside'; readonly data: MoneySetAside }
  | { readonly type: 'MoneyUnmatched'; readonly data: MoneyUnmatched }
  | { readonly type: 'OrderActivated'; readonly data: OrderActivated }
  | { readonly type: 'OrderDeactivated'; readonly data: OrderDeactivated }
  | { readonly type: 'ReceivingAccountChanged'; readonly data: ReceivingAccountChanged }
  | { readonly type: 'ReceivingAccountPaused'; readonly data: ReceivingAccountPaused }
  | { readonly type: 'ReceivingAccountRegistered'; readonly data: ReceivingAccountRegistered }
  | { readonly type: 'ReceivingAccountResumed'; readonly data: ReceivingAccountResumed };

/** Full record names of {@link ReceivingEvent}. */
export const receivingEventNames = [
  'plumbline.receiving.MoneyMatched',
  'plumbline.receiving.MoneyReportContradicted',
  'plumbline.receiving.MoneySetAside',
  'plumbline.receiving.MoneyUnmatched',
  'plumbline.receiving.OrderActivated',
  'plumbline.receiving.OrderDeactivated',
  'plumbline.receiving.ReceivingAccountChanged',
  'plumbline.receiving.ReceivingAccountPaused',
  'plumbline.receiving.ReceivingAccountRegistered',
  'plumbline.receiving.ReceivingAccountResumed',
] as const;

export type ReceivingCommand =
  | { readonly type: 'ActivateOrder'; readonly data: ActivateOrder }
  | { readonly type: 'ChangeReceivingAccount'; readonly data: ChangeReceivingAccount }
  | { readonly type: 'EndActiveOrder'; readonly data: EndActiveOrder }
  | { readonly type: 'MatchMoney'; readonly data: MatchMoney }
  | { readonly type: 'PauseReceivingAccount'; readonly data: PauseReceivingAccount }
  | { readonly type: 'QueryActiveOrder'; readonly data: QueryActiveOrder }
  | { readonly type: 'RegisterReceivingAccount'; readonly data: RegisterReceivingAccount }
  | { readonly type: 'ReportMoney'; readonly data: ReportMoney }
  | { readonly type: 'ResumeReceivingAccount'; readonly data: ResumeReceivingAccount }
  | { readonly type: 'SetMoneyAside'; readonly data: SetMoneyAside };

/** Full record names of {@link ReceivingCommand}. */
export const receivingCommandNames = [
  'plumbline.receiving.ActivateOrder',
  'plumbline.receiving.ChangeReceivingAccount',
  'plumbline.receiving.EndActiveOrder',
  'plumbline.receiving.MatchMoney',
  'plumbline.receiving.PauseReceivingAccount',
  'plumbline.receiving.QueryActiveOrder',
  'plumbline.receiving.RegisterReceivingAccount',
  'plumbline.receiving.ReportMoney',
  'plumbline.receiving.ResumeReceivingAccount',
  'plumbline.receiving.SetMoneyAside',
] as const;
