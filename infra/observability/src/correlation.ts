import { AsyncLocalStorage } from 'node:async_hooks';

/** What ties together everything that one request or record set off. */
export interface Correlation {
  readonly correlationId: string;
  readonly traceparent?: string;
}

const storage = new AsyncLocalStorage<Correlation>();

/** Runs the function; every log line written meanwhile, awaits included, carries the correlation. */
export const withCorrelation = <T>(correlation: Correlation, run: () => T): T =>
  storage.run(correlation, run);

export const currentCorrelation = (): Correlation | undefined => storage.getStore();
