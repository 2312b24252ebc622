/**
 *   none ──register──► ACTIVE ──revoke──► REVOKED, for good
 *                       └──◄── change, another key
 *
 * Of keys only the ids are here; the vault has the rest, and says who is let in.
 */
export type ClientState = NoClient | Client;

export interface NoClient {
  readonly status: 'none';
}

export interface Client {
  readonly status: 'ACTIVE' | 'REVOKED';
  readonly tenant: string;
  readonly pid: string;
  readonly clientId: string;
  readonly name: string;
  /** Sorted, each once; none: all accounts of the merchant. */
  readonly aids: readonly string[];
  /** The newest last, `keysMax` at most. */
  readonly keys: readonly IssuedKey[];
}

export interface IssuedKey {
  readonly keyId: string;
  /** Broker time at which it ends; `null` for the newest. */
  readonly endsAtMs: number | null;
}

export const noClient: ClientState = { status: 'none' };

export const newestKeyOf = ({ keys }: Client): IssuedKey | null => keys.at(-1) ?? null;
