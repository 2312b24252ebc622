/**
 * As small as a load balancer can be: asks each instance now and then whether it is ready, sends to
 * those that are, in turn, and tries nothing again. As those in use do, it takes out at once what
 * says that it is not ready or refuses the connection, and what is silent only when it was so
 * several times in a row: a pause is not an end.
 */
export interface Balancer {
  /** The instance whose turn it is. Errors: when none is ready, and why each is not. */
  next(): string;
  /** Takes an instance out by hand, or puts it back. */
  setOut(url: string, out: boolean): void;
  close(): void;
}

export const balancerPollMs = 100;
const pollTimeoutMs = 1_000;
/** HAProxy's `fall` and a readiness probe's `failureThreshold` are 3 unless told otherwise. */
const silencesMax = 3;

/** Over the instances that there are at the time. */
export function openBalancer(instances: () => readonly string[]): Balancer {
  /** Why those that are not ready are not. */
  const unready = new Map<string, string>();
  const known = new Set(instances());
  const silences = new Map<string, number>();
  const asked = new Set<string>();
  const out = new Set<string>();
  let turn = 0;
  const ask = async (url: string) => {
    asked.add(url);
    const { state, why } = await stateOf(url);
    asked.delete(url);
    const silent = state === 'silent' ? (silences.get(url) ?? 0) + 1 : 0;
    silences.set(url, silent);
    if (state === 'silent' && silent < silencesMax) return;
    known.add(url);
    if (state === 'ready') unready.delete(url);
    else unready.set(url, why);
  };
  // Each on its own: one that hangs must not keep the others from being asked.
  const timer = setInterval(() => {
    for (const url of instances()) if (!asked.has(url)) void ask(url);
  }, balancerPollMs);
  const isIn = (url: string) => known.has(url) && !unready.has(url) && !out.has(url);
  const told = (url: string) => `${url}: ${unready.get(url) ?? 'taken out or not asked yet'}`;
  return {
    next() {
      const candidates = instances().filter((url) => isIn(url));
      const url = candidates[(turn += 1) % Math.max(1, candidates.length)];
      if (url === undefined) throw new Error(`none is ready: ${instances().map(told).join('; ')}`);
      return url;
    },
    setOut(url, isOut) {
      if (isOut) out.add(url);
      else out.delete(url);
    },
    close: () => clearInterval(timer),
  };
}

interface Polled {
  readonly state: 'ready' | 'not ready' | 'silent';
  readonly why: string;
}

async function stateOf(url: string): Promise<Polled> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(pollTimeoutMs) });
    const why = await response.text();
    return { state: response.ok ? 'ready' : 'not ready', why };
  } catch (error) {
    const silent = error instanceof Error && error.name === 'TimeoutError';
    return { state: silent ? 'silent' : 'not ready', why: String(error) };
  }
}
