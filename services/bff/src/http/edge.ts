import type { Role } from '../identity/person.ts';
import type { PositionOf } from '../upstream/position.ts';
import type { Service } from '../upstream/service.ts';
import type { Access } from './authorise.ts';

/** What the routes for the page stand on. */
export interface BffEdge {
  readonly access: Access;
  readonly services: Services;
  readonly positionOf: PositionOf;
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
