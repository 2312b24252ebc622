import type { HealthChecks, HealthState } from '@plumbline/http';

/**
 * Checks that decide until each of them has been well once; from then on they only tell. What all
 * instances share, or pass on to one another, must not take them all out of a load balancer at
 * once: without Postgres an edge still takes commands, and in a rebalance every instance has tasks
 * that are on their way.
 */
export const healthAtStart = (checks: HealthChecks): HealthChecks =>
  Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, wellOnce(check)]));

function wellOnce(check: HealthChecks[string]): HealthChecks[string] {
  let begun = false;
  let asking = false;
  let last: HealthState = { ok: false };
  const ask = async (): Promise<void> => {
    asking = true;
    try {
      last = await check();
    } catch (error) {
      last = { ok: false, detail: error instanceof Error ? error.message : String(error) };
    }
    asking = false;
    begun ||= last.ok;
  };
  return async () => {
    if (!begun) {
      await ask();
      return last;
    }
    // Not waited for: a server that is frozen would make this process seem so too.
    if (!asking) void ask();
    return last.ok ? last : { ok: true, detail: `not now: ${last.detail ?? 'no reason given'}` };
  };
}
