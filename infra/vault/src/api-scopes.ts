/** What a key may be used for. */
export const apiScopes = [
  'payments:read',
  'payments:write',
  'refunds:read',
  'refunds:write',
  'endpoints:read',
  'endpoints:write',
] as const;
export type ApiScope = (typeof apiScopes)[number];
