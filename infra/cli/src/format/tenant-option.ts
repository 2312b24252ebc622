import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';

/** Whose; the platform's own unless given. */
export function tenantOption({ config }: Pick<Session, 'config'>, tenant?: string): string {
  const named = tenant ?? config.PLUMBLINE_TENANT;
  if (/^[A-Za-z0-9_-]{1,32}$/.test(named)) return named;
  throw usageFailure(`--tenant is 1 to 32 of a-z, 0-9 and -, not "${named}"`);
}
