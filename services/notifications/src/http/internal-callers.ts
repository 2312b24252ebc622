import type { Authenticated, RawRequest } from '@plumbline/http';
import { internalCallers as internalCallersOf } from '@plumbline/http';
import type { NotificationsEdge } from './edge.ts';
import { problem } from './error-codes.ts';

/** Calls that name any URL are for this platform alone. */
export const internalCallers = ({
  isLoopback,
}: Pick<NotificationsEdge, 'isLoopback'>): ((request: RawRequest) => Authenticated) =>
  internalCallersOf({ isLoopback, problem });
