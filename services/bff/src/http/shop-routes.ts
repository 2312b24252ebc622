import type { Route } from '@plumbline/http';
import { defineRoute } from '@plumbline/http';
import { z } from 'zod';
import { readBalances, readItems } from '../upstream/shop.ts';
import { authorised, callerOf } from './authorise.ts';
import type { BffEdge } from './edge.ts';
import { balanceView, itemView } from './views.ts';

export const shopRoutes = (edge: BffEdge): readonly Route[] => [items(edge), account(edge)];

const items = ({ access, services }: BffEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/items',
    summary: 'Lists what can be bought',
    authenticate: authorised(access),
    security: 'bearer',
    request: {},
    responses: {
      200: { description: 'The shop', schema: z.object({ items: z.array(itemView) }) },
    },
    handler: async ({ context }) => ({
      status: 200,
      body: { items: await readItems(services.inventory, context) },
    }),
  });

const account = ({ access, services }: BffEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/account',
    summary: "Reads the user's own balances",
    authenticate: authorised(access),
    security: 'bearer',
    request: {},
    responses: {
      200: {
        description: 'One entry a currency; none for an account that nobody credited',
        schema: z.object({ balances: z.array(balanceView) }),
      },
    },
    handler: async ({ context }) => {
      const { id } = callerOf(context).user;
      return {
        status: 200,
        body: { balances: await readBalances(services.accounts, id, context) },
      };
    },
  });
