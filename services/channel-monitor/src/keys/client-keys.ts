import { isSameText } from '@plumbline/http';
import { PostgresDown } from '@plumbline/postgres';
import type { MonitorClient, MonitorKeys } from '@plumbline/vault';
import type { ClientKeys } from '../auth/authenticate.ts';
import type { ClientKey } from '../auth/judge-signature.ts';
import { keysTriedMax } from '../auth/limits.ts';
import type { ClientScope } from './client-scope.ts';

/** Who is let in, and for what. */
export interface KeysOfClients extends ClientKeys {
  /** `null`: there is no such client, or it was revoked. Errors: see `isKeyStoreDown`. */
  scopeOf(clientId: string): Promise<ClientScope | null>;
}

/** Whether an error of these calls says that nobody can look for keys now. */
export const isKeyStoreDown = (error: unknown): boolean => error instanceof PostgresDown;

/** What everybody can read in the source: it opens nothing outside the local stack. */
const local = { clientId: '1000', keyId: 'local', text: 'local-monitor-key' } as const;

const localKey: ClientKey = {
  ...{ keyId: local.keyId, secret: local.text, isRevoked: false, expiresAtMs: null },
};

/**
 * Keys as the vault has them, and on the local stack one more: that of merchant 1000, whose secret
 * and token are both `local-monitor-key`, with Postgres away as well.
 */
export function createClientKeys(options: {
  readonly monitorKeys: Pick<MonitorKeys, 'client' | 'token'>;
  readonly localStack: boolean;
}): KeysOfClients {
  const { monitorKeys, localStack } = options;

  /** Of the local client what there is. */
  async function clientOf(clientId: string): Promise<MonitorClient | null> {
    if (!localStack || clientId !== local.clientId) return monitorKeys.client(clientId);
    try {
      return await monitorKeys.client(clientId);
    } catch (error) {
      if (isKeyStoreDown(error)) return null;
      throw error;
    }
  }

  return {
    async keysOf(clientId) {
      const client = await clientOf(clientId);
      const keys = client?.keys.map((key) => ({ ...key, isRevoked: client.isRevoked })) ?? null;
      if (!localStack || clientId !== local.clientId) return keys;
      return [localKey, ...(keys ?? [])].slice(0, keysTriedMax);
    },
    async token(text) {
      const { clientId, keyId } = local;
      if (localStack && isSameText(text, local.text)) return { kind: 'good', clientId, keyId };
      return monitorKeys.token(text);
    },
    async scopeOf(clientId) {
      // Its key has no row.
      if (localStack && clientId === local.clientId) return { pid: clientId, aids: [] };
      const client = await clientOf(clientId);
      if (client === null || client.isRevoked) return null;
      const { pid, aids } = client;
      return { pid, aids };
    },
  };
}
