import { anyContext, given } from '@plumbline/kernel/testing';
import { clientDecider } from './client.ts';
import type { ClientCommand, ClientCommandOf } from './commands.ts';
import type { ClientEvent } from './events.ts';

const who = { tenant: 'main', pid: '1000', clientId: 'mc_phone' };

export const { atMs: startMs } = anyContext;
export const hourMs = 3_600_000;

/** The id of the key with this number. */
export const keyIdOf = (at: number): string => at.toString(16).padStart(16, '0');

type Registration = ClientCommandOf<'RegisterMonitorClient'>;

export const register = (over: Partial<Registration> = {}): ClientCommand => ({
  type: 'RegisterMonitorClient',
  data: { ...who, name: 'the phone', aids: ['1', '2'], ...over },
});

export const change = (over: Partial<Registration> = {}): ClientCommand => ({
  type: 'ChangeMonitorClient',
  data: { ...who, name: 'the phone', aids: ['1', '2'], ...over },
});

export const issue = (at: number, overlapUntil: number | null = null): ClientCommand => ({
  type: 'RecordMonitorKeyIssued',
  data: { ...who, keyId: keyIdOf(at), overlapUntil },
});

export const revoke: ClientCommand = {
  type: 'RevokeMonitorClient',
  data: { ...who, reason: 'the phone is lost' },
};

/** Events that the decider itself makes of the commands. */
export function told(...commands: readonly ClientCommand[]): readonly ClientEvent[] {
  const events: ClientEvent[] = [];
  for (const command of commands) events.push(...given(clientDecider, events).when(command).events);
  return events;
}
