import type { EndpointSettings } from '@plumbline/events';
import { anyContext, given } from '@plumbline/kernel/testing';
import type { EndpointCommand, EndpointCommandOf } from './commands.ts';
import { createEndpointDecider } from './endpoint.ts';
import type { EndpointEvent } from './events.ts';
import type { EndpointState } from './state.ts';

const who = { endpointId: 'ep-1', tenant: 'main' };

export const alertAfterMs = 300_000;
export const decider = createEndpointDecider({ alertAfterMs });
export const { atMs: startMs } = anyContext;

export const settingsOf = (over: Partial<EndpointSettings> = {}): EndpointSettings => ({
  ...{ url: 'https://merchant.example/hooks', description: null, events: ['payment.succeeded'] },
  ...{ everyTenant: false, bodyStyle: 'FLAT', bodyEncoding: 'JSON', signatureField: false },
  ...{ inOrder: false, intervalsMs: null, timeoutMs: null, concurrencyMax: null },
  ...{ ratePerSecond: null, templates: [], ...over },
});

export const register = (
  over: Partial<EndpointSettings> = {},
  of: Partial<typeof who> = {},
): EndpointCommand => ({
  type: 'RegisterEndpoint',
  data: { ...who, ...of, settings: settingsOf(over) },
});

export const change = (over: Partial<EndpointSettings> = {}): EndpointCommand => ({
  type: 'ChangeEndpoint',
  data: { ...who, settings: settingsOf(over) },
});

export const pause: EndpointCommand = {
  type: 'PauseEndpoint',
  data: { ...who, reason: 'they move' },
};
export const resume: EndpointCommand = { type: 'ResumeEndpoint', data: who };
export const remove: EndpointCommand = { type: 'RemoveEndpoint', data: who };

export const rotate = (secretId: string): EndpointCommand => ({
  type: 'RecordSecretRotated',
  data: { ...who, secretId, overlapUntil: startMs + 1_000 },
});

export const health = (
  failing: boolean,
  over: Partial<EndpointCommandOf<'ReportEndpointHealth'>> = {},
): EndpointCommand => ({
  type: 'ReportEndpointHealth',
  data: {
    ...{ endpointId: 'ep-1', failing, since: startMs - 4_000 },
    ...{ failures: 5, code: 'HTTP_500', ...over },
  },
});
export const failing = health(true);
export const recovered = health(false, { failures: 0, code: null });

export const gone: EndpointCommand = {
  type: 'ReportEndpointGone',
  data: { endpointId: 'ep-1', notificationId: 'n1' },
};

export const usedUp = (
  notificationId: string,
  code: string | null = 'HTTP_500',
): EndpointCommand => ({
  type: 'ReportRetriesUsedUp',
  data: { endpointId: 'ep-1', notificationId, code },
});

export const overdue: EndpointCommand = {
  type: 'ReportOverdue',
  data: { endpointId: 'ep-1', notificationId: 'n1', dueAt: startMs - 60_000 },
};

export const alertFailing: EndpointCommand = { type: 'AlertFailing', data: {} };
export const endQuiet: EndpointCommand = { type: 'EndQuietIncident', data: {} };

/** A command, and when it comes after the start, ms. */
export type Timed = readonly [command: EndpointCommand, afterMs: number];

/** Events that the decider itself makes of the commands. */
export function told(...commands: readonly (EndpointCommand | Timed)[]): readonly EndpointEvent[] {
  const events: EndpointEvent[] = [];
  for (const each of commands) {
    const [command, afterMs] = 'type' in each ? [each, 0] : each;
    const context = { atMs: startMs + afterMs };
    events.push(...given(decider, events).when(command, context).events);
  }
  return events;
}

export const stateOf = (events: readonly EndpointEvent[]): EndpointState =>
  given(decider, events).state;

/** Kinds of incidents that there are. */
export const incidentsOf = (state: EndpointState): readonly string[] =>
  state.status === 'none' ? [] : state.incidents.map(({ kind }) => kind);
