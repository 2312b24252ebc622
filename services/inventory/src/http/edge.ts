import { randomUUID } from 'node:crypto';
import type { InventoryCommand } from '@plumbline/events';
import type { CommandGateway, RequestContext, RouteResponse } from '@plumbline/http';
import { ok, outcomeToHttp } from '@plumbline/http';
import { invariant, routingKey } from '@plumbline/kernel';
import type { ReadProblems } from '@plumbline/postgres';
import * as limits from '../limits.ts';
import type { ItemQueries } from '../projections/item-queries.ts';
import { inventoryErrorCodes, problem } from './error-codes.ts';
import { itemOfAnswer, itemOut, reservationOut } from './item-view.ts';

export interface InventoryEdge {
  readonly gateway: Pick<CommandGateway, 'execute' | 'lastSeenVersion'>;
  readonly queries: ItemQueries;
  readonly tenant: string;
  readonly nowMs: () => number;
}

const headers = { 'Retry-After': String(limits.retryAfterSeconds) };

export const readProblems: ReadProblems = {
  missing: () => problem('ITEM_NOT_FOUND'),
  behind: () => problem('READ_MODEL_BEHIND', undefined, { headers }),
  down: (cause) => problem('DEPENDENCY_DOWN', undefined, { headers, cause }),
};

/** Asks and answers with the item, and with the reservation that the command is about. */
export async function execute(
  edge: InventoryEdge,
  context: RequestContext,
  payload: InventoryCommand,
): Promise<RouteResponse> {
  const { sku } = payload.data;
  const executed = await edge.gateway.execute({
    ...{ key: routingKey(edge.tenant, sku), id: randomUUID(), payload, subject: sku },
    ...{ correlationId: context.correlationId, actor: context.actor },
    traceparent: context.traceparent,
  });
  return outcomeToHttp(executed, {
    decided: (answer) => {
      const item = itemOfAnswer(answer);
      if (item === null) throw problem('ITEM_NOT_FOUND');
      if (!('reservationId' in payload.data)) return { status: 200, body: ok(itemOut(item)) };
      const { reservation } = item;
      invariant(reservation !== null, 'what was decided about a reservation shows it');
      const body = ok({ item: itemOut(item), reservation: reservationOut(reservation) });
      return { status: 200, body };
    },
    codes: inventoryErrorCodes,
    pending: { kind: 'retry', afterSeconds: limits.retryAfterSeconds },
  });
}
