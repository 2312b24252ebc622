import { setTimeout as sleep } from 'node:timers/promises';

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

export function openBalancer(urls: readonly string[]): Balancer {
  const ready = new Set(urls);
  const out = new Set<string>();
  const closing = new AbortController();
  let turn = 0;
  const watch = async (url: string) => {
    while (!closing.signal.aborted) {
      if (await isReady(url)) ready.add(url);
      else ready.delete(url);
      await sleep(balancerPollMs);
    }
  };
  for (const url of urls) void watch(url);
  return {
    next() {
      const candidates = urls.filter((url) => ready.has(url) && !out.has(url));
      const url = candidates[(turn += 1) % Math.max(1, candidates.length)];
      if (url === undefined) throw new Error(`none is ready of ${urls.join(', ')}`);
      return url;
    },
    setOut(url, isOut) {
      if (isOut) out.add(url);
      else out.delete(url);
    },
    close: () => closing.abort(),
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
