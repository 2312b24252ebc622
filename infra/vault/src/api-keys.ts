/** What a key may be used for. */
export const apiScopes = [
  'payments:read',
  'payments:write',
  'refunds:read',
  'refunds:write',
] as const;
export type ApiScope = (typeof apiScopes)[number];

/** A key that is good now. */
export interface ApiKey {
  /** 16 hex digits, no secret: what rate limits count by and logs may show. */
  readonly keyId: string;
  readonly appId: string;
  readonly name: string;
  readonly scopes: readonly ApiScope[];
}

export interface ApiKeys {
  /**
   * The key whose text this is, `null` when there is none, or it was revoked or has expired: the
   * caller is told no difference. A revocation holds after 10 s at most; while Postgres is away a
   * key seen before stays good for 60 s after it was last read.
   *
   * Errors: PostgresDown when nothing can be said: never answer 401 for it.
   */
  authenticate(text: string): Promise<ApiKey | null>;
}
