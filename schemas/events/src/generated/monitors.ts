// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** Gives a client another name or other accounts. */
export interface ChangeMonitorClient {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the client, which is the merchant's own id or begins with mc_. */
  readonly clientId: string;
  /** What people call it. */
  readonly name: string;
  /** Ids of the accounts that it may report for; none for all of the merchant. */
  readonly aids: readonly string[];
}

/** A client has another name or other accounts. */
export interface MonitorClientChanged {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the client, which is the merchant's own id or begins with mc_. */
  readonly clientId: string;
  /** What people call it. */
  readonly name: string;
  /** Ids of the accounts that it may report for; none for all of the merchant. */
  readonly aids: readonly string[];
  /** Broker time. Epoch ms. */
  readonly changedAt: number;
}

/** A client may watch the accounts of a merchant. */
export interface MonitorClientRegistered {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the client, which is the merchant's own id or begins with mc_. */
  readonly clientId: string;
  /** What people call it. */
  readonly name: string;
  /** Ids of the accounts that it may report for; none for all of the merchant. */
  readonly aids: readonly string[];
  /** Broker time. Epoch ms. */
  readonly registeredAt: number;
}

/** A client may do nothing any more. */
export interface MonitorClientRevoked {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the client, which is the merchant's own id or begins with mc_. */
  readonly clientId: string;
  /** Why, in words of a person. */
  readonly reason: string;
  /** Broker time. Epoch ms. */
  readonly revokedAt: number;
}

/** A client has another key. */
export interface MonitorKeyIssued {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the client, which is the merchant's own id or begins with mc_. */
  readonly clientId: string;
  /** Id of its key, which is not in the log. */
  readonly keyId: string;
  /** Until when the keys before it are good as well. Epoch ms. */
  readonly overlapUntil: null | number;
  /** Broker time. Epoch ms. */
  readonly issuedAt: number;
}

/** Says that a client has another key. */
export interface RecordMonitorKeyIssued {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the client, which is the merchant's own id or begins with mc_. */
  readonly clientId: string;
  /** Id of its key, which is not in the log. */
  readonly keyId: string;
  /** Until when the keys before it are good as well; null for not at all. Epoch ms. */
  readonly overlapUntil: null | number;
}

/** Lets a client watch the accounts of a merchant. */
export interface RegisterMonitorClient {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the client, which is the merchant's own id or begins with mc_. */
  readonly clientId: string;
  /** What people call it. */
  readonly name: string;
  /** Ids of the accounts that it may report for; none for all of the merchant. */
  readonly aids: readonly string[];
}

/** Ends all that a client may do. */
export interface RevokeMonitorClient {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Id of the merchant. */
  readonly pid: string;
  /** Id of the client, which is the merchant's own id or begins with mc_. */
  readonly clientId: string;
  /** Why, in words of a person. */
  readonly reason: string;
}

export type MonitorsEvent =
  | { readonly type: 'MonitorClientChanged'; readonly data: MonitorClientChanged }
  | { readonly type: 'MonitorClientRegistered'; readonly data: MonitorClientRegistered }
  | { readonly type: 'MonitorClientRevoked'; readonly data: MonitorClientRevoked }
  | { readonly type: 'MonitorKeyIssued'; readonly data: MonitorKeyIssued };

/** Full record names of {@link MonitorsEvent}. */
export const monitorsEventNames = [
  'plumbline.monitors.MonitorClientChanged',
  'plumbline.monitors.MonitorClientRegistered',
  'plumbline.monitors.MonitorClientRevoked',
  'plumbline.monitors.MonitorKeyIssued',
] as const;

export type MonitorsCommand =
  | { readonly type: 'ChangeMonitorClient'; readonly data: ChangeMonitorClient }
  | { readonly type: 'RecordMonitorKeyIssued'; readonly data: RecordMonitorKeyIssued }
  | { readonly type: 'RegisterMonitorClient'; readonly data: RegisterMonitorClient }
  | { readonly type: 'RevokeMonitorClient'; readonly data: RevokeMonitorClient };

/** Full record names of {@link MonitorsCommand}. */
export const monitorsCommandNames = [
  'plumbline.monitors.ChangeMonitorClient',
  'plumbline.monitors.RecordMonitorKeyIssued',
  'plumbline.monitors.RegisterMonitorClient',
  'plumbline.monitors.RevokeMonitorClient',
] as const;
