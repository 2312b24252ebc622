/** Opens once; whoever comes before waits. */
export interface Gate {
  open(): void;
  /** Resolves when it is open; rejects when the signal aborts. */
  passed(signal: AbortSignal): Promise<void>;
}

export function createGate(): Gate {
  let isOpen = false;
  const waiting = new Set<() => void>();
  return {
    open: () => {
      isOpen = true;
      for (const resolve of waiting) resolve();
      waiting.clear();
    },
    passed: async (signal) => {
      signal.throwIfAborted();
      if (isOpen) return;
      await new Promise<void>((resolve, reject) => {
        const go = () => {
          signal.removeEventListener('abort', stop);
          resolve();
        };
        const stop = () => {
          waiting.delete(go);
          reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'));
        };
        waiting.add(go);
        signal.addEventListener('abort', stop, { once: true });
      });
    },
  };
}
