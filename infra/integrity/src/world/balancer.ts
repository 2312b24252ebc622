/**
 * As small as a load balancer can be: asks each instance now and then whether it is ready, sends to
 * those that are, in turn, and tries nothing again.
 */
export interface Balancer {
  /** The instance whose turn it is. Errors: when none is ready. */
  next(): string;
  /** Takes an instance out by hand, or puts it back. */
  setOut(url: string, out: boolean): void;
  close(): void;
}

export const balancerPollMs = 100;
const pollTimeoutMs = 1_000;

/** Over the instances that there are at the time. */
export function openBalancer(instances: () => readonly string[]): Balancer {
  const ready = new Set(instances());
  const asked = new Set<string>();
  const out = new Set<string>();
  let turn = 0;
  const ask = async (url: string) => {
    asked.add(url);
    if (await isReady(url)) ready.add(url);
    else ready.delete(url);
    asked.delete(url);
  };
  // Each on its own: one that hangs must not keep the others from being asked.
  const timer = setInterval(() => {
    for (const url of instances()) if (!asked.has(url)) void ask(url);
  }, balancerPollMs);
  return {
    next() {
      const candidates = instances().filter((url) => ready.has(url) && !out.has(url));
      const url = candidates[(turn += 1) % Math.max(1, candidates.length)];
      if (url === undefined) throw new Error(`none is ready of ${instances().join(', ')}`);
      return url;
    },
    setOut(url, isOut) {
      if (isOut) out.add(url);
      else out.delete(url);
    },
    close: () => clearInterval(timer),
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(pollTimeoutMs) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
