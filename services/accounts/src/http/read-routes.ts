import type { Route } from '@plumbline/http';
import { defineRoute, intText, majorAmountOut, majorAmountOutSchema, ok } from '@plumbline/http';
import { okSchema } from '@plumbline/http';
import { z } from 'zod';
import * as limits from '../limits.ts';
import type { EntryView } from '../projections/account-queries.ts';
import { accountAnswer, accountOut, holdOut, holdSchema } from './account-view.ts';
import type { AccountsEdge } from './edge.ts';
import { asAnswered } from './edge.ts';
import { problem } from './error-codes.ts';
import { accountParams, holdParams } from './fields.ts';

const asAnsweredWords = 'Shows at least what this process answered before about the account.';

export const readAccount = (edge: AccountsEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/accounts/:account',
    summary: 'Reads the balances of an account',
    description: asAnsweredWords,
    request: { params: accountParams },
    responses: { 200: { description: 'The account', schema: accountAnswer } },
    handler: async ({ params: { account } }) => {
      const { tenant, queries } = edge;
      const { value } = await asAnswered(edge, account, () => queries.account(tenant, account));
      return { status: 200, body: ok(accountOut(value)) };
    },
  });

const storedHold = okSchema(
  holdSchema.extend({
    orderNo: z.string().nullable().describe('The order that it is for'),
    reason: z.string().nullable().describe('Why it was given back'),
  }),
);

export const readHold = (edge: AccountsEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/accounts/:account/holds/:holdId',
    summary: 'Reads a hold',
    description: asAnsweredWords,
    request: { params: holdParams },
    responses: { 200: { description: 'The hold', schema: storedHold } },
    handler: async ({ params: { account, holdId } }) => {
      const { value } = await asAnswered(edge, account, () =>
        edge.queries.hold(edge.tenant, account, holdId),
      );
      if (value === null) throw problem('HOLD_NOT_FOUND');
      const { orderNo, reason } = value;
      return { status: 200, body: ok({ ...holdOut(value), orderNo, reason }) };
    },
  });

const kinds = ['CREDIT', 'DEBIT', 'CAPTURE'] as const satisfies readonly EntryView['kind'][];

const entrySchema = z.strictObject({
  kind: z.enum(kinds).describe('What moved the balance; a capture is of a hold'),
  entryId: z.string().describe('Of the credit, debit or hold'),
  amount: majorAmountOutSchema(),
  currency: z.string(),
  balanceAfter: majorAmountOutSchema(),
  reason: z.string().nullable(),
  orderNo: z.string().nullable(),
  at: z.string().describe('RFC 3339, UTC'),
});

const entryOut = ({ kind, entryId, currency, reason, orderNo, ...entry }: EntryView) => ({
  ...{ kind, entryId, amount: majorAmountOut(entry.amountMinor, currency), currency },
  balanceAfter: majorAmountOut(entry.balanceAfterMinor, currency),
  ...{ reason, orderNo, at: new Date(entry.atMs).toISOString() },
});

const page = okSchema(
  z.strictObject({
    entries: z.array(entrySchema),
    nextCursor: z.string().nullable().describe('Give it as cursor for the next page'),
  }),
);

export const listEntries = (edge: AccountsEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/accounts/:account/entries',
    summary: 'Lists what moved the balances of an account, newest first',
    description: asAnsweredWords,
    request: {
      params: accountParams,
      query: z.strictObject({
        cursor: intText({ min: 1, max: Number.MAX_SAFE_INTEGER }).optional(),
        limit: intText({ min: 1, max: limits.pageSize.max }).optional(),
      }),
    },
    responses: { 200: { description: 'A page of entries', schema: page } },
    handler: async ({ params: { account }, query }) => {
      const { value } = await asAnswered(edge, account, () =>
        edge.queries.entries({
          ...{ tenant: edge.tenant, account, before: query.cursor ?? null },
          limit: query.limit ?? limits.pageSize.default,
        }),
      );
      const nextCursor = value.last?.toString() ?? null;
      return { status: 200, body: ok({ entries: value.entries.map(entryOut), nextCursor }) };
    },
  });
