import { invariant, unreachable } from '@plumbline/kernel';
import type { ClientEvent } from './events.ts';
import { keysMax } from './limits.ts';
import type { ClientState, IssuedKey } from './state.ts';

/** The keys after another: those before it end, never later than they would have. */
export const withKey = (
  keys: readonly IssuedKey[],
  next: { readonly keyId: string; readonly othersEndAtMs: number },
): readonly IssuedKey[] => [
  ...keys.map(({ keyId, endsAtMs }) => ({
    ...{ keyId, endsAtMs: Math.min(endsAtMs ?? Infinity, next.othersEndAtMs) },
  })),
  { keyId: next.keyId, endsAtMs: null },
];

export function evolve(state: ClientState, event: ClientEvent): ClientState {
  if (event.type === 'MonitorClientRegistered') {
    const { tenant, pid, clientId, name, aids } = event.data;
    return { status: 'ACTIVE', tenant, pid, clientId, name, aids, keys: [] };
  }
  invariant(state.status !== 'none', `${event.type} of a client that was never registered`);
  switch (event.type) {
    case 'MonitorClientChanged': {
      const { name, aids } = event.data;
      return { ...state, name, aids };
    }
    case 'MonitorKeyIssued': {
      const { keyId, overlapUntil, issuedAt } = event.data;
      const keys = withKey(state.keys, { keyId, othersEndAtMs: overlapUntil ?? issuedAt });
      return { ...state, keys: keys.slice(-keysMax) };
    }
    case 'MonitorClientRevoked':
      return { ...state, status: 'REVOKED' };
    default:
      return unreachable(event);
  }
}
