import type { Authenticated, RawRequest, RequestContext } from '@plumbline/http';
import { HttpProblem, internalCallers } from '@plumbline/http';
import { invariant } from '@plumbline/kernel';
import type { Refused } from '../auth/refusals.ts';
import { refuse } from '../auth/refusals.ts';
import type { ClientScope } from '../keys/client-scope.ts';
import type { MonitorEdge } from './edge.ts';
import { retry } from './edge.ts';
import { problem } from './error-codes.ts';

/** Who calls: a monitor client, or the platform itself. */
export type Caller =
  { readonly kind: 'client'; readonly clientId: string } | { readonly kind: 'internal' };

type CallersEdge = Pick<MonitorEdge, 'authenticate' | 'isLoopback'>;

/** A refusal as it is answered. */
function problemOf(refused: Refused): HttpProblem {
  const { status, code, message, retryAfterMs } = refused;
  const seconds = Math.max(1, Math.ceil((retryAfterMs ?? 1_000) / 1_000));
  const headers: Readonly<Record<string, string>> =
    status === 401
      ? { 'WWW-Authenticate': 'Bearer realm="plumbline"' }
      : { 'Retry-After': String(seconds) };
  return new HttpProblem({ status, code, message, headers });
}

/** A monitor client, by its signature or its token, and nobody else. */
export const monitorClients =
  ({ authenticate }: Pick<CallersEdge, 'authenticate'>) =>
  async (request: RawRequest): Promise<Authenticated> => {
    const came = await authenticate(request);
    if (came.kind === 'refused') throw problemOf(came);
    const { clientId, keyId } = came;
    const caller: Caller = { kind: 'client', clientId };
    return { actor: `api:${clientId}/${keyId}`, principal: caller };
  };

/** Calls of operators and of other processes of the platform. */
export const internal = ({
  isLoopback,
}: Pick<CallersEdge, 'isLoopback'>): ((request: RawRequest) => Authenticated) => {
  const allowed = internalCallers({ isLoopback, problem });
  return (request) => {
    const caller: Caller = { kind: 'internal' };
    return { ...allowed(request), principal: caller };
  };
};

/** A monitor client or, where nothing says that it is one, the platform itself. */
export const clientsAndInternal = (edge: CallersEdge) => {
  const asClient = monitorClients(edge);
  const asInternal = internal(edge);
  return async (request: RawRequest): Promise<Authenticated> => {
    if (showsCredentials(request)) return asClient(request);
    try {
      return asInternal(request);
    } catch (error) {
      if (error instanceof HttpProblem && error.status === 401)
        throw problemOf(refuse('signature_missing'));
      throw error;
    }
  };
};

const showsCredentials = ({ headers, query }: RawRequest): boolean =>
  headers['authorization'] !== undefined ||
  headers['signature'] !== undefined ||
  query['signature'] !== undefined;

export function callerOf({ principal }: RequestContext): Caller {
  invariant(isCaller(principal), 'a route of the monitor authenticates');
  return principal;
}

const isCaller = (principal: unknown): principal is Caller =>
  typeof principal === 'object' && principal !== null && 'kind' in principal;

/** What a client may report and see. Errors: 403 for one that may nothing, 503 if nobody can say. */
export async function scopeOf(
  edge: Pick<MonitorEdge, 'scopeOf' | 'isKeyStoreDown'>,
  clientId: string,
): Promise<ClientScope> {
  try {
    const scope = await edge.scopeOf(clientId);
    if (scope !== null) return scope;
  } catch (cause) {
    if (!edge.isKeyStoreDown(cause)) throw cause;
    throw problem('DEPENDENCY_DOWN', undefined, { ...retry, cause });
  }
  throw problem('NOT_YOUR_ACCOUNT');
}
