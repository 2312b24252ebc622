import type { Decider, Decision, DecisionContext, Json } from '@plumbline/kernel';
import { accepted, rejected, unchanged, unreachable } from '@plumbline/kernel';
import { idForm, nameCharsMax } from '../limits.ts';
import type { ClientCommand, ClientCommandOf } from './commands.ts';
import type { ClientEvent } from './events.ts';
import { evolve, withKey } from './evolve.ts';
import * as limits from './limits.ts';
import type { ClientRejectionCode } from './rejections.ts';
import { clientRejection } from './rejections.ts';
import type { Client, ClientState } from './state.ts';
import { newestKeyOf, noClient } from './state.ts';

type ClientDecision = Decision<ClientEvent>;

const refuse = (code: ClientRejectionCode): ClientDecision => rejected(clientRejection(code));

const invalid = (problem: string): ClientDecision =>
  rejected(clientRejection('CLIENT_INVALID', { problem }));

type Terms = Pick<ClientCommandOf<'ChangeMonitorClient'>, 'name' | 'aids'>;

/** What is wrong with them, in words; null for nothing. */
function termsProblem({ name, aids }: Terms): string | null {
  const chars = Array.from(name).length;
  if (chars < 1 || chars > nameCharsMax) return 'name: 1 to 64 characters';
  if (aids.length > limits.aidsMax) return `aids: ${limits.aidsMax} at most`;
  if (!aids.every((aid) => idForm.test(aid)))
    return 'aids: each is 1 to 32 of A-Z, a-z, 0-9, _ and -';
  return null;
}

/** A client is the merchant itself, or has a name that no merchant's key is looked up by. */
function idsProblem({ pid, clientId }: ClientCommandOf<'RegisterMonitorClient'>): string | null {
  if (!idForm.test(pid)) return 'pid: 1 to 32 of A-Z, a-z, 0-9, _ and -';
  if (clientId !== pid && !limits.clientIdForm.test(clientId))
    return "clientId: the merchant's own id, or mc_ and 1 to 61 of A-Z, a-z, 0-9, _ and -";
  return null;
}

/** A list of accounts is a set. */
const setOf = (aids: readonly string[]): readonly string[] => [...new Set(aids)].sort();

const isSame = (one: Terms, other: Terms): boolean =>
  one.name === other.name && setOf(one.aids).join() === setOf(other.aids).join();

function register(
  data: ClientCommandOf<'RegisterMonitorClient'>,
  state: ClientState,
  { atMs }: DecisionContext,
): ClientDecision {
  const problem = idsProblem(data) ?? termsProblem(data);
  if (problem !== null) return invalid(problem);
  if (state.status === 'none') {
    const event = { ...data, aids: setOf(data.aids), registeredAt: atMs };
    return accepted<ClientEvent>({ type: 'MonitorClientRegistered', data: event });
  }
  if (!isAbout(data, state)) return refuse('CLIENT_EXISTS');
  if (state.status === 'REVOKED') return refuse('CLIENT_REVOKED');
  return isSame(data, state) ? unchanged : refuse('CLIENT_EXISTS');
}

function change(
  data: ClientCommandOf<'ChangeMonitorClient'>,
  state: Client,
  { atMs }: DecisionContext,
): ClientDecision {
  const problem = termsProblem(data);
  if (problem !== null) return invalid(problem);
  if (isSame(data, state)) return unchanged;
  const event = { ...data, aids: setOf(data.aids), changedAt: atMs };
  return accepted<ClientEvent>({ type: 'MonitorClientChanged', data: event });
}

function recordKey(
  data: ClientCommandOf<'RecordMonitorKeyIssued'>,
  state: Client,
  { atMs }: DecisionContext,
): ClientDecision {
  const { keyId, overlapUntil } = data;
  if (!limits.keyIdForm.test(keyId)) return invalid('keyId: 16 hex digits');
  if (state.keys.some((key) => key.keyId === keyId)) return unchanged;
  const othersEndAtMs = overlapUntil ?? atMs;
  const { max, slack } = limits.overlapMs;
  if (othersEndAtMs > atMs + max + slack) return refuse('OVERLAP_TOO_LONG');
  const good = withKey(state.keys, { keyId, othersEndAtMs }).filter(
    ({ endsAtMs }) => endsAtMs === null || endsAtMs > atMs,
  );
  if (good.length > limits.keysMax) return refuse('TOO_MANY_KEYS');
  return accepted<ClientEvent>({ type: 'MonitorKeyIssued', data: { ...data, issuedAt: atMs } });
}

/** Whether a command means this client: its record key led here, whatever else it says. */
const isAbout = ({ tenant, pid, clientId }: ClientCommand['data'], state: Client): boolean =>
  state.tenant === tenant && state.pid === pid && state.clientId === clientId;

function decide(
  command: ClientCommand,
  state: ClientState,
  context: DecisionContext,
): ClientDecision {
  if (command.type === 'RegisterMonitorClient') return register(command.data, state, context);
  if (state.status === 'none' || !isAbout(command.data, state)) return refuse('CLIENT_NOT_FOUND');
  if (state.status === 'REVOKED')
    return command.type === 'RevokeMonitorClient' ? unchanged : refuse('CLIENT_REVOKED');
  switch (command.type) {
    case 'ChangeMonitorClient':
      return change(command.data, state, context);
    case 'RecordMonitorKeyIssued':
      return recordKey(command.data, state, context);
    case 'RevokeMonitorClient': {
      const data = { ...command.data, revokedAt: context.atMs };
      return accepted<ClientEvent>({ type: 'MonitorClientRevoked', data });
    }
    default:
      return unreachable(command);
  }
}

/** The client as an answer shows it; `null` where there is none. */
function answer(state: ClientState): Json {
  if (state.status === 'none') return null;
  const { status, pid, clientId, name, aids } = state;
  return { status, pid, clientId, name, aids: [...aids], keyId: newestKeyOf(state)?.keyId ?? null };
}

export const clientDecider: Decider<ClientState, ClientCommand, ClientEvent> = {
  initialState: noClient,
  decide,
  evolve,
  answer,
  timers: () => [],
  onTimer: () => {
    throw new Error('a monitor client has no timers');
  },
};
