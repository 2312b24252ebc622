import { isMainThread, parentPort } from 'node:worker_threads';

/** What a thread says of one order. */
export type Answer<Result> =
  { readonly ok: true; readonly result: Result } | { readonly ok: false; readonly error: string };

/** Does what a pool orders, one thing after the other, until the thread is ended. */
export function serve<Result>(run: (order: never) => Promise<Result>): void {
  const port = parentPort;
  if (isMainThread || port === null) throw new Error('only a worker serves a pool');
  // What is ordered of it, its pool has in its types.
  port.on('message', (order: unknown) => {
    run(order as never).then(
      (result) => port.postMessage({ ok: true, result } satisfies Answer<Result>),
      (error: unknown) => {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        port.postMessage({ ok: false, error: text } satisfies Answer<Result>);
      },
    );
  });
}
