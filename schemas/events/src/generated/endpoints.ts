// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** How a body is written. */
export type BodyEncoding = 'JSON' | 'FORM' | 'UNKNOWN';

/** What a notification looks like: the flat body of the payment notification, or an event with its data. */
export type BodyStyle = 'FLAT' | 'EVENT' | 'UNKNOWN';

/** Replaces the settings of an endpoint. */
export interface ChangeEndpoint {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Whose endpoint it is: an app, or the platform. */
  readonly tenant: string;
  /** Where and how, all of it. */
  readonly settings: EndpointSettings;
}

/** The settings of an endpoint were replaced. */
export interface EndpointChanged {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Whose endpoint it is: an app, or the platform. */
  readonly tenant: string;
  /** Where and how. */
  readonly settings: EndpointSettings;
  /** Counts the settings, from 1. */
  readonly settingsVersion: number;
  /** Broker time. Epoch ms. */
  readonly changedAt: number;
}

/** An endpoint as it is now, told to every partition. */
export interface EndpointCopied {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Whose endpoint it is: an app, or the platform. */
  readonly tenant: string;
  /** Whether notifications are delivered. */
  readonly status: EndpointStatus;
  /** Where and how. */
  readonly settings: EndpointSettings;
  /** Counts the settings, from 1. */
  readonly settingsVersion: number;
  /** Id of its newest secret. */
  readonly secretId: null | string;
}

/** The endpoint says that it is gone; what comes is kept. */
export interface EndpointDisabled {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Whose endpoint it is: an app, or the platform. */
  readonly tenant: string;
  /** Why. */
  readonly reason: string;
  /** Broker time. Epoch ms. */
  readonly disabledAt: number;
}

/** Attempts at the endpoint fail one after the other. */
export interface EndpointFailing {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Whose endpoint it is: an app, or the platform. */
  readonly tenant: string;
  /** Since when. Epoch ms. */
  readonly since: number;
  /** How many in a row. */
  readonly failures: number;
  /** How the last failed. */
  readonly code: null | string;
  /** Broker time. Epoch ms. */
  readonly seenAt: number;
}

/** Nothing is the matter any more. */
export interface EndpointIncidentEnded {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Whose endpoint it is: an app, or the platform. */
  readonly tenant: string;
  /** Id of the incident. */
  readonly incidentId: string;
  /** What was the matter. */
  readonly kind: IncidentKind;
  /** Why it ended. */
  readonly reason: string;
  /** Broker time. Epoch ms. */
  readonly endedAt: number;
}

/** Something is the matter with the endpoint, and somebody should look. */
export interface EndpointIncidentOpened {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Whose endpoint it is: an app, or the platform. */
  readonly tenant: string;
  /** Id of the incident. */
  readonly incidentId: string;
  /** What is the matter. */
  readonly kind: IncidentKind;
  /** Since when. Epoch ms. */
  readonly since: number;
  /** A notification that shows it. */
  readonly notificationId: null | string;
  /** In words for people. */
  readonly detail: string;
  /** Broker time. Epoch ms. */
  readonly openedAt: number;
}

/** Deliveries stopped on request. */
export interface EndpointPaused {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Whose endpoint it is: an app, or the platform. */
  readonly tenant: string;
  /** Why, in words for people. */
  readonly reason: null | string;
  /** Broker time. Epoch ms. */
  readonly pausedAt: number;
}

/** The endpoint takes notifications again. */
export interface EndpointRecovered {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Whose endpoint it is: an app, or the platform. */
  readonly tenant: string;
  /** Since when it had not. Epoch ms. */
  readonly failingSince: number;
  /** Broker time. Epoch ms. */
  readonly recoveredAt: number;
}

/** There is another endpoint. */
export interface EndpointRegistered {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Whose endpoint it is: an app, or the platform. */
  readonly tenant: string;
  /** Where and how. */
  readonly settings: EndpointSettings;
  /** Counts the settings, from 1. */
  readonly settingsVersion: number;
  /** Broker time. Epoch ms. */
  readonly registeredAt: number;
}

/** The endpoint is no more. */
export interface EndpointRemoved {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Whose endpoint it is: an app, or the platform. */
  readonly tenant: string;
  /** Broker time. Epoch ms. */
  readonly removedAt: number;
}

/** Deliveries go on. */
export interface EndpointResumed {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Whose endpoint it is: an app, or the platform. */
  readonly tenant: string;
  /** Broker time. Epoch ms. */
  readonly resumedAt: number;
}

/** The endpoint has another secret. */
export interface EndpointSecretRotated {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Whose endpoint it is: an app, or the platform. */
  readonly tenant: string;
  /** Id of the new secret, which is not in the log. */
  readonly secretId: string;
  /** Until when the one before signs as well. Epoch ms. */
  readonly overlapUntil: null | number;
  /** Broker time. Epoch ms. */
  readonly rotatedAt: number;
}

/** Where and how notifications are delivered. */
export interface EndpointSettings {
  /** Where they are posted to. */
  readonly url: string;
  /** What the owner calls it. */
  readonly description: null | string;
  /** Types of events that it is told of; `*` for all. */
  readonly events: readonly string[];
  /** Whether it is told of every tenant's events; for the platform's own endpoints. */
  readonly everyTenant: boolean;
  /** What a body looks like. */
  readonly bodyStyle: BodyStyle;
  /** How a body is written. */
  readonly bodyEncoding: BodyEncoding;
  /** Whether the flat body has a field `signature`. */
  readonly signatureField: boolean;
  /** Whether a notification waits for the one before it of the same order. */
  readonly inOrder: boolean;
  /** Waits before the retries, ms; null for those of the platform. */
  readonly intervalsMs: null | readonly number[];
  /** How long an attempt may take, ms; null for that of the platform. */
  readonly timeoutMs: null | number;
  /** Attempts at once; null for that of the platform. */
  readonly concurrencyMax: null | number;
  /** Attempts a second; null for no limit. */
  readonly ratePerSecond: null | number;
  /** Bodies of its own, by channel. */
  readonly templates: readonly EndpointTemplate[];
}

/** Whether notifications are delivered to an endpoint. */
export type EndpointStatus = 'ACTIVE' | 'PAUSED' | 'DISABLED' | 'REMOVED' | 'UNKNOWN';

/** A body of the owner's own. */
export interface EndpointTemplate {
  /** For payments of this channel; null for all others. */
  readonly payWay: null | string;
  /** Content-Type that it is sent with. */
  readonly contentType: string;
  /** The template, in Mustache without partials. */
  readonly text: string;
}

/** What is the matter with an endpoint. */
export type IncidentKind = 'FAILING' | 'EXHAUSTED' | 'GONE' | 'OVERDUE' | 'UNKNOWN';

/** Stops deliveries; what comes is kept. */
export interface PauseEndpoint {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Whose endpoint it is: an app, or the platform. */
  readonly tenant: string;
  /** Why, in words for people. */
  readonly reason: null | string;
}

/** Says that the endpoint has another secret. */
export interface RecordSecretRotated {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Whose endpoint it is: an app, or the platform. */
  readonly tenant: string;
  /** Id of the new secret, which is not in the log. */
  readonly secretId: string;
  /** Until when the one before signs as well; null where there was none. Epoch ms. */
  readonly overlapUntil: null | number;
}

/** Adds an endpoint. */
export interface RegisterEndpoint {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Whose endpoint it is: an app, or the platform. */
  readonly tenant: string;
  /** Where and how. */
  readonly settings: EndpointSettings;
}

/** Removes an endpoint; what is not delivered is given up. */
export interface RemoveEndpoint {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Whose endpoint it is: an app, or the platform. */
  readonly tenant: string;
}

/** Says that an endpoint answered 410. */
export interface ReportEndpointGone {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Which notification it refused. */
  readonly notificationId: string;
}

/** Says that an endpoint stopped answering, or answers again. */
export interface ReportEndpointHealth {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Whether it fails. */
  readonly failing: boolean;
  /** Since when. Epoch ms. */
  readonly since: number;
  /** Attempts that failed in a row. */
  readonly failures: number;
  /** How the last of them failed. */
  readonly code: null | string;
}

/** Says that attempts are overdue which nobody began. */
export interface ReportOverdue {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** One of them. */
  readonly notificationId: string;
  /** When it was due. Epoch ms. */
  readonly dueAt: number;
}

/** Says that a notification to the endpoint has no attempt left. */
export interface ReportRetriesUsedUp {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Which one. */
  readonly notificationId: string;
  /** How its last attempt failed. */
  readonly code: null | string;
}

/** Lets deliveries go on, beginning with what was kept. */
export interface ResumeEndpoint {
  /** Id of the endpoint. */
  readonly endpointId: string;
  /** Whose endpoint it is: an app, or the platform. */
  readonly tenant: string;
}

export type EndpointsEvent =
  | { readonly type: 'EndpointChanged'; readonly data: EndpointChanged }
  | { readonly type: 'EndpointDisabled'; readonly data: EndpointDisabled }
  | { readonly type: 'EndpointFailing'; readonly data: EndpointFailing }
  | { readonly type: 'EndpointIncidentEnded'; readonly data: EndpointIncidentEnded }
  | { readonly type: 'EndpointIncidentOpened'; readonly data: EndpointIncidentOpened }
  | { readonly type: 'EndpointPaused'; readonly data: EndpointPaused }
  | { readonly type: 'EndpointRecovered'; readonly data: EndpointRecovered }
  | { readonly type: 'EndpointRegistered'; readonly data: EndpointRegistered }
  | { readonly type: 'EndpointRemoved'; readonly data: EndpointRemoved }
  | { readonly type: 'EndpointResumed'; readonly data: EndpointResumed }
  | { readonly type: 'EndpointSecretRotated'; readonly data: EndpointSecretRotated };

/** Full record names of {@link EndpointsEvent}. */
export const endpointsEventNames = [
  'plumbline.endpoints.EndpointChanged',
  'plumbline.endpoints.EndpointDisabled',
  'plumbline.endpoints.EndpointFailing',
  'plumbline.endpoints.EndpointIncidentEnded',
  'plumbline.endpoints.EndpointIncidentOpened',
  'plumbline.endpoints.EndpointPaused',
  'plumbline.endpoints.EndpointRecovered',
  'plumbline.endpoints.EndpointRegistered',
  'plumbline.endpoints.EndpointRemoved',
  'plumbline.endpoints.EndpointResumed',
  'plumbline.endpoints.EndpointSecretRotated',
] as const;

export type EndpointsCommand =
  | { readonly type: 'ChangeEndpoint'; readonly data: ChangeEndpoint }
  | { readonly type: 'PauseEndpoint'; readonly data: PauseEndpoint }
  | { readonly type: 'RecordSecretRotated'; readonly data: RecordSecretRotated }
  | { readonly type: 'RegisterEndpoint'; readonly data: RegisterEndpoint }
  | { readonly type: 'RemoveEndpoint'; readonly data: RemoveEndpoint }
  | { readonly type: 'ReportEndpointGone'; readonly data: ReportEndpointGone }
  | { readonly type: 'ReportEndpointHealth'; readonly data: ReportEndpointHealth }
  | { readonly type: 'ReportOverdue'; readonly data: ReportOverdue }
  | { readonly type: 'ReportRetriesUsedUp'; readonly data: ReportRetriesUsedUp }
  | { readonly type: 'ResumeEndpoint'; readonly data: ResumeEndpoint };

/** Full record names of {@link EndpointsCommand}. */
export const endpointsCommandNames = [
  'plumbline.endpoints.ChangeEndpoint',
  'plumbline.endpoints.PauseEndpoint',
  'plumbline.endpoints.RecordSecretRotated',
  'plumbline.endpoints.RegisterEndpoint',
  'plumbline.endpoints.RemoveEndpoint',
  'plumbline.endpoints.ReportEndpointGone',
  'plumbline.endpoints.ReportEndpointHealth',
  'plumbline.endpoints.ReportOverdue',
  'plumbline.endpoints.ReportRetriesUsedUp',
  'plumbline.endpoints.ResumeEndpoint',
] as const;

export type EndpointsRecord =
  | { readonly type: 'EndpointCopied'; readonly data: EndpointCopied };

/** Full record names of {@link EndpointsRecord}. */
export const endpointsRecordNames = [
  'plumbline.endpoints.EndpointCopied',
] as const;
