// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** What one partition saw of a channel in a minute, none included. */
export interface ChannelCounted {
  /** Name of the channel, as payments have it. */
  readonly channel: string;
  /** Partition of the payments. */
  readonly partition: number;
  /** Beginning of the minute, broker time. Epoch ms. */
  readonly minuteAt: number;
  /** What was seen in it. */
  readonly counts: ChannelCounts;
  /** Nothing was seen for long: no more minutes come until there is something. */
  readonly isLast: boolean;
}

/** What happened to the payments of a channel within some time. */
export interface ChannelCounts {
  /** Payments that were created. */
  readonly created: number;
  /** That succeeded. */
  readonly succeeded: number;
  /** That failed. */
  readonly failed: number;
  /** That were closed unpaid. */
  readonly closed: number;
  /** Whose standing became unknown. */
  readonly unknown: number;
  /** Callbacks of the gateway that were taken. */
  readonly callbacks: number;
  /** Answers of the gateway to queries. */
  readonly answers: number;
}

/** What is to be expected of a channel does not come. */
export interface ChannelSilent {
  /** Name of the channel, as payments have it. */
  readonly channel: string;
  /** What is the matter. */
  readonly kind: SignalKind;
  /** Beginning of the minutes that it is judged by, broker time. Epoch ms. */
  readonly since: number;
  /** Their end, broker time. Epoch ms. */
  readonly until: number;
  /** What happened in them. */
  readonly counts: ChannelCounts;
  /** Payments that were to succeed in them, as before. */
  readonly expected: number;
  /** How many of 1,000 payments that ended had succeeded before. */
  readonly usualPerMille: number;
}

/** What is to be expected of a channel comes again. */
export interface ChannelSpeaks {
  /** Name of the channel, as payments have it. */
  readonly channel: string;
  /** What was the matter. */
  readonly kind: SignalKind;
  /** Beginning of the minutes that show it, broker time. Epoch ms. */
  readonly since: number;
  /** Their end, broker time. Epoch ms. */
  readonly until: number;
  /** What happened in them. */
  readonly counts: ChannelCounts;
}

/** What is the matter with a channel: no payment succeeds where many did, or far fewer of those that end. */
export type SignalKind = 'SILENT' | 'COLLAPSED' | 'UNKNOWN';

export type SignalsEvent =
  | { readonly type: 'ChannelSilent'; readonly data: ChannelSilent }
  | { readonly type: 'ChannelSpeaks'; readonly data: ChannelSpeaks };

/** Full record names of {@link SignalsEvent}. */
export const signalsEventNames = [
  'plumbline.signals.ChannelSilent',
  'plumbline.signals.ChannelSpeaks',
] as const;

export type SignalsRecord =
  | { readonly type: 'ChannelCounted'; readonly data: ChannelCounted };

/** Full record names of {@link SignalsRecord}. */
export const signalsRecordNames = [
  'plumbline.signals.ChannelCounted',
] as const;
