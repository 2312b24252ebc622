import type { RequestListener } from 'node:http';

/** What a stopping process still does for its callers. */
export interface Drain {
  /** The application, whose calls are counted. */
  readonly listener: RequestListener;
  begun(): boolean;
  /**
   * From now on every answer ends its connection. Resolves when the calls that are under way now
   * have been answered, or after the given time.
   */
  begin(patienceMs: number): Promise<void>;
}

/**
 * A load balancer needs a moment to notice that an instance is not ready any more, and whatever it
 * sends until then must be answered: so readiness goes first, the port last.
 */
export function createDrain(app: RequestListener): Drain {
  const underWay = new Set<Promise<void>>();
  let begun = false;
  return {
    listener: (request, response) => {
      if (begun) response.setHeader('Connection', 'close');
      const over = new Promise<void>((resolve) => response.once('close', resolve));
      underWay.add(over);
      void over.then(() => underWay.delete(over));
      app(request, response);
    },
    begun: () => begun,
    async begin(patienceMs) {
      begun = true;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)));
      await Promise.race([Promise.all(underWay), late]);
      clearTimeout(timer);
    },
  };
}
