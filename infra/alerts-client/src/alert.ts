import type { AlertsEvent } from '@plumbline/events';

/** A step in the life of an alert, with its data as it stands in the log. */
export type AlertEvent = Exclude<AlertsEvent, { readonly type: 'RulesActivated' }>;

/** An alert's step as it was told, with who, when and where. */
export interface ToldAlert {
  readonly event: AlertEvent;
  /** The same however often and whichever way it is told: whoever keeps it handles each step once. */
  readonly eventId: string;
  /** Business time, epoch ms. */
  readonly timeMs: number;
  /** Broker time at which it was written, epoch ms. */
  readonly appendedMs: number;
  readonly actor: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Behind this step and all before it: kept after the work, it is where to go on. */
  readonly position: string;
}

/** Which steps are told; what is not given leaves all through. */
export interface AlertFilter {
  readonly tenant?: string;
  readonly rules?: readonly string[];
  readonly types?: readonly AlertEvent['type'][];
  /** Of alerts that are raised. A later step names no severity and is told as well. */
  readonly severities?: readonly ('INFO' | 'WARNING' | 'CRITICAL')[];
}

/** A position that was told before, or everything, or what comes from now on. */
export type AlertsFrom = { readonly after: string } | 'beginning' | 'end';

/** The position is of another log, or what follows it is not all there any more: begin anew. */
export class PositionLost extends Error {
  override readonly name = 'PositionLost';
}

/** The service does not take what it was asked, or who asks; trying again does not help. */
export class StreamRefused extends Error {
  override readonly name = 'StreamRefused';
}

export function passes(filter: AlertFilter, { type, data }: AlertEvent): boolean {
  const { tenant, rules, types, severities } = filter;
  const severity = type === 'AlertRaised' ? data.severity : null;
  return (
    (tenant === undefined || tenant === data.tenant) &&
    (rules?.includes(data.rule) ?? true) &&
    (types?.includes(type) ?? true) &&
    (severity === null || (severities?.some((each) => each === severity) ?? true))
  );
}
