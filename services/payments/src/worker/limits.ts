import { connectionsMax } from '../gateways/limits.ts';

/**
 * Jobs under way at one gateway. Of a job the call itself is the smaller part: it waits for two
 * commands, leave and report, and for a connection as long as its call may take. With as many jobs as
 * connections the worker was the limit of a process, at 64 payments a second (docs/benchmarks.md).
 */
export const jobsMax = 4 * connectionsMax;

/** Calls to one gateway that fail in a row before it is left alone; one may be chance, five are not. */
export const failuresMax = 5;

/** How long a gateway is left alone before one call tries it again. */
export const breakerPauseMs = 5_000;

/**
 * How long a stopping process waits for the calls that it has begun. What has no answer by then is
 * given up by the payment itself, which asks the gateway about it.
 */
export const lastCallsMs = 8_000;

/** Waits before a command of a worker is repeated: 100 ms, doubled up to 5 s. */
export const repeatMs = { first: 100, max: 5_000 } as const;
