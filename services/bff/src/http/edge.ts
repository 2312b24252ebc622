import type { CommandGateway } from '@plumbline/http';
import type { Role } from '../identity/person.ts';
import type { PositionOf } from '../upstream/position.ts';
import type { Service } from '../upstream/service.ts';
import type { Access } from './authorise.ts';

/** What the routes for the page stand on. */
export interface BffEdge {
  readonly access: Access;
  readonly services: Services;
  /** Of the events of an order of this shop. */
  readonly orderPositionOf: (orderNo: string) => Promise<string | null>;
  readonly positionOf: PositionOf;
  /** What people say of alerts goes to the task that raised them. */
  readonly alertCommands: Pick<CommandGateway, 'execute'>;
  /** What people say of remedies, to the order that they mend; and of all, to the tenant's desk. */
  readonly remedyCommands: Pick<CommandGateway, 'execute'>;
  readonly deskCommands: Pick<CommandGateway, 'execute'>;
  /** Of the log: what a position token can name. */
  readonly partitions: number;
}

export interface Services {
  readonly orders: Service;
  readonly payments: Service;
  readonly inventory: Service;
  readonly accounts: Service;
  readonly queries: Service;
}

export const operator: { readonly role: Role } = { role: 'operator' };
