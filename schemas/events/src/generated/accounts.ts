// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** Money came on an account. */
export interface AccountCredited {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Opaque id of the account within its tenant. */
  readonly account: string;
  /** Id of the entry: the same one is booked once. */
  readonly entryId: string;
  /** How much, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time of the command. Epoch ms. */
  readonly creditedAt: number;
}

/** Money went off an account. */
export interface AccountDebited {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Opaque id of the account within its tenant. */
  readonly account: string;
  /** Id of the entry: the same one is booked once. */
  readonly entryId: string;
  /** How much, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time of the command. Epoch ms. */
  readonly debitedAt: number;
}

/** Take what is held: it leaves the account. */
export interface CaptureHold {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Opaque id of the account within its tenant. */
  readonly account: string;
  /** Id of the hold, chosen by whoever holds. */
  readonly holdId: string;
  /** Routing key of the order whose checkout is told the answer; null if nobody waits there. */
  readonly replyTo: null | string;
}

/** Put money on an account; the first one brings it into being. */
export interface CreditAccount {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Opaque id of the account within its tenant. */
  readonly account: string;
  /** Id of the entry: the same one is booked once. */
  readonly entryId: string;
  /** How much, above zero, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Why, in words for people. */
  readonly reason: string;
}

/** Take money off an account. */
export interface DebitAccount {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Opaque id of the account within its tenant. */
  readonly account: string;
  /** Id of the entry: the same one is booked once. */
  readonly entryId: string;
  /** How much, above zero, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Why, in words for people. */
  readonly reason: string;
}

/** Money of an account was put aside. */
export interface FundsHeld {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Opaque id of the account within its tenant. */
  readonly account: string;
  /** Id of the hold, chosen by whoever holds. */
  readonly holdId: string;
  /** The order that it is for; null for none. */
  readonly orderNo: null | string;
  /** How much is held, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Broker time at which the hold ends by itself. Epoch ms. */
  readonly expireAt: number;
  /** Broker time of the command. Epoch ms. */
  readonly heldAt: number;
}

/** A hold was given back before it was made: it will be refused. */
export interface HoldBarred {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Opaque id of the account within its tenant. */
  readonly account: string;
  /** Id of the hold, chosen by whoever holds. */
  readonly holdId: string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time of the command. Epoch ms. */
  readonly barredAt: number;
}

/** What was held left the account. */
export interface HoldCaptured {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Opaque id of the account within its tenant. */
  readonly account: string;
  /** Id of the hold, chosen by whoever holds. */
  readonly holdId: string;
  /** The order that it is for; null for none. */
  readonly orderNo: null | string;
  /** How much is held, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Whether the hold had ended by time and the money was taken anew. */
  readonly afterExpiry: boolean;
  /** Broker time of the command. Epoch ms. */
  readonly capturedAt: number;
}

/** A hold ended by time; its money is free again. */
export interface HoldExpired {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Opaque id of the account within its tenant. */
  readonly account: string;
  /** Id of the hold, chosen by whoever holds. */
  readonly holdId: string;
  /** The order that it is for; null for none. */
  readonly orderNo: null | string;
  /** How much is held, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Broker time. Epoch ms. */
  readonly expiredAt: number;
}

/** Put money of an account aside for somebody. */
export interface HoldFunds {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Opaque id of the account within its tenant. */
  readonly account: string;
  /** Id of the hold, chosen by whoever holds. */
  readonly holdId: string;
  /** The order that it is for; null for none. */
  readonly orderNo: null | string;
  /** How much, above zero, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Broker time at which the hold ends by itself. Epoch ms. */
  readonly expireAt: number;
  /** Routing key of the order whose checkout is told the answer; null if nobody waits there. */
  readonly replyTo: null | string;
}

/** What was held is free again. */
export interface HoldReleased {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Opaque id of the account within its tenant. */
  readonly account: string;
  /** Id of the hold, chosen by whoever holds. */
  readonly holdId: string;
  /** The order that it is for; null for none. */
  readonly orderNo: null | string;
  /** How much is held, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time of the command. Epoch ms. */
  readonly releasedAt: number;
}

/** Give back what is held. */
export interface ReleaseHold {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Opaque id of the account within its tenant. */
  readonly account: string;
  /** Id of the hold, chosen by whoever holds. */
  readonly holdId: string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Routing key of the order whose checkout is told the answer; null if nobody waits there. */
  readonly replyTo: null | string;
}

export type AccountsEvent =
  | { readonly type: 'AccountCredited'; readonly data: AccountCredited }
  | { readonly type: 'AccountDebited'; readonly data: AccountDebited }
  | { readonly type: 'FundsHeld'; readonly data: FundsHeld }
  | { readonly type: 'HoldBarred'; readonly data: HoldBarred }
  | { readonly type: 'HoldCaptured'; readonly data: HoldCaptured }
  | { readonly type: 'HoldExpired'; readonly data: HoldExpired }
  | { readonly type: 'HoldReleased'; readonly data: HoldReleased };

/** Full record names of {@link AccountsEvent}. */
export const accountsEventNames = [
  'plumbline.accounts.AccountCredited',
  'plumbline.accounts.AccountDebited',
  'plumbline.accounts.FundsHeld',
  'plumbline.accounts.HoldBarred',
  'plumbline.accounts.HoldCaptured',
  'plumbline.accounts.HoldExpired',
  'plumbline.accounts.HoldReleased',
] as const;

export type AccountsCommand =
  | { readonly type: 'CaptureHold'; readonly data: CaptureHold }
  | { readonly type: 'CreditAccount'; readonly data: CreditAccount }
  | { readonly type: 'DebitAccount'; readonly data: DebitAccount }
  | { readonly type: 'HoldFunds'; readonly data: HoldFunds }
  | { readonly type: 'ReleaseHold'; readonly data: ReleaseHold };

/** Full record names of {@link AccountsCommand}. */
export const accountsCommandNames = [
  'plumbline.accounts.CaptureHold',
  'plumbline.accounts.CreditAccount',
  'plumbline.accounts.DebitAccount',
  'plumbline.accounts.HoldFunds',
  'plumbline.accounts.ReleaseHold',
] as const;
