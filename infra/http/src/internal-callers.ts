import type { HttpProblem } from './errors.ts';
import { anonymous } from './request-context.ts';
import type { Authenticated, RawRequest } from './route.ts';

const loopbackHost = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

const single = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

export interface InternalCallersOptions {
  /** Whether the process listens on loopback only. */
  readonly isLoopback: boolean;
  /** How the edge says no. */
  readonly problem: (code: 'UNAUTHENTICATED' | 'FORBIDDEN', message: string) => HttpProblem;
}

/**
 * Calls that are for this platform alone: from this machine where the process listens on loopback,
 * with the service key elsewhere. A page in a browser on this machine is neither: it shows in
 * `Origin`, and a name that was made to lead here (DNS rebinding) in `Host`.
 */
export const internalCallers =
  ({ isLoopback, problem }: InternalCallersOptions) =>
  (request: RawRequest): Authenticated => {
    const { actor } = request.context;
    if (actor !== anonymous) return { actor, principal: null };
    if (!isLoopback)
      throw problem('UNAUTHENTICATED', 'this API is internal: it needs the service key');
    const why = strangerOnLoopback(request);
    if (why !== null) throw problem('FORBIDDEN', `this API ${why}`);
    return { actor, principal: null };
  };

/** Why a call to this machine does not come from it; null if it does. */
export function strangerOnLoopback({ headers }: Pick<RawRequest, 'headers'>): string | null {
  if (!loopbackHost.test(single(headers['host']) ?? ''))
    return 'answers on this machine only, by its own name';
  const isPage = headers['origin'] !== undefined;
  if (isPage || single(headers['sec-fetch-site']) === 'cross-site')
    return 'is not for pages in a browser';
  return null;
}
