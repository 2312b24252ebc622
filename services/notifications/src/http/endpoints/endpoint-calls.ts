import { randomUUID } from 'node:crypto';
import type { EndpointsCommand } from '@plumbline/events';
import type { RequestContext } from '@plumbline/http';
import { decisionOf } from '@plumbline/http';
import type { ReadProblems } from '@plumbline/postgres';
import { readAsAnswered } from '@plumbline/postgres';
import { z } from 'zod';
import {
  endpointIdForm,
  endpointKeyOf,
  tenantOfEndpoint,
} from '../../domain/endpoint/endpoint-id.ts';
import type { EndpointView } from '../../projections/endpoint-queries.ts';
import type { NotificationsEdge } from '../edge.ts';
import { readProblems } from '../edge.ts';
import { notificationsErrorCodes, problem } from '../error-codes.ts';
import * as edgeLimits from '../limits.ts';
import type { Caller } from './callers.ts';
import type { AnsweredEndpoint } from './endpoint-view.ts';
import { endpointOfAnswer } from './endpoint-view.ts';

export const endpointId = () =>
  z.string().regex(endpointIdForm, 'must be the id of an endpoint: ep_<tenant>_<24 hex digits>');

export const endpointParams = z.strictObject({ endpointId: endpointId() });

const endpointProblems: ReadProblems = {
  ...readProblems,
  missing: () => problem('ENDPOINT_NOT_FOUND'),
};

/**
 * An endpoint that the caller may see, at least as this process has answered it. Errors:
 * ENDPOINT_NOT_FOUND also for another tenant's, so that a stranger learns nothing of it.
 */
export async function findEndpoint(
  edge: NotificationsEdge,
  caller: Caller,
  id: string,
): Promise<EndpointView> {
  if (!caller.isInternal && tenantOfEndpoint(id) !== caller.tenant)
    throw problem('ENDPOINT_NOT_FOUND');
  return readAsAnswered({
    read: () => edge.endpointQueries.byId(id),
    seen: edge.endpoints.lastSeenVersion(endpointKeyOf(id)),
    ...{ timeoutMs: edgeLimits.readYourWritesMs, problems: endpointProblems },
  });
}

export interface DecidedEndpoint extends AnsweredEndpoint {
  /** Whether the command changed anything. */
  readonly isNews: boolean;
}

/** Asks the endpoint's own task. Errors: its refusals, and 503 while it has not decided. */
export async function askEndpoint(
  { endpoints }: Pick<NotificationsEdge, 'endpoints'>,
  { correlationId, actor, traceparent }: RequestContext,
  payload: EndpointsCommand,
): Promise<DecidedEndpoint> {
  const { endpointId: subject } = payload.data;
  const key = endpointKeyOf(subject);
  const executed = await endpoints.execute({
    ...{ id: randomUUID(), key, subject, payload, correlationId, actor, traceparent },
  });
  const { answer, outcome } = decisionOf(executed, {
    codes: notificationsErrorCodes,
    retryAfterSeconds: edgeLimits.retryAfterSeconds,
  });
  return { ...endpointOfAnswer(answer), isNews: outcome.status === 'ACCEPTED' };
}
