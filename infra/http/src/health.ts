import { healthCheckMs } from './limits.ts';

export interface HealthState {
  readonly ok: boolean;
  /** What an operator should know; no secrets. */
  readonly detail?: string;
}

/** Named checks of what the process needs to do its work. */
export type HealthChecks = Readonly<Record<string, () => HealthState | Promise<HealthState>>>;

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, HealthState>>;
}

/** Runs all checks at once; one that throws or takes longer than 2 s has failed. */
export async function readinessOf(checks: HealthChecks): Promise<Readiness> {
  const states = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await stateOf(check)] as const),
  );
  return {
    ready: states.every(([, state]) => state.ok),
    checks: Object.fromEntries(states),
  };
}

async function stateOf(check: HealthChecks[string]): Promise<HealthState> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<HealthState>((resolve) => {
    const detail = `no answer within ${healthCheckMs} ms`;
    timer = setTimeout(() => resolve({ ok: false, detail }), healthCheckMs);
  });
  try {
    return await Promise.race([Promise.resolve().then(check), late]);
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
