import type { Route } from '@plumbline/http';
import { defineRoute, intNumber, text } from '@plumbline/http';
import { z } from 'zod';
import * as limits from '../limits.ts';
import { accountAnswer, decidedHold } from './account-view.ts';
import type { AccountsEdge } from './edge.ts';
import { execute } from './edge.ts';
import { accountParams, holdParams, id, reason, withAmount } from './fields.ts';
import { listEntries, readAccount, readHold } from './read-routes.ts';

export const accountRoutes = (edge: AccountsEdge): readonly Route[] => [
  bookEntry(edge, {
    ...{ type: 'CreditAccount', path: '/accounts/:account/credits' },
    summary: 'Puts money on an account; the first credit makes it',
  }),
  bookEntry(edge, {
    ...{ type: 'DebitAccount', path: '/accounts/:account/debits' },
    summary: 'Takes money off an account',
  }),
  holdFunds(edge),
  captureHold(edge),
  releaseHold(edge),
  readAccount(edge),
  readHold(edge),
  listEntries(edge),
];

const bookEntry = (
  edge: AccountsEdge,
  {
    type,
    ...described
  }: {
    readonly type: 'CreditAccount' | 'DebitAccount';
    readonly path: string;
    readonly summary: string;
  },
): Route =>
  defineRoute({
    ...described,
    method: 'post',
    description: 'Idempotent by entryId for 30 days, or the newest 2,000 of the account.',
    request: {
      params: accountParams,
      body: withAmount({ entryId: id(), reason: reason() }),
    },
    responses: { 200: { description: 'The account', schema: accountAnswer } },
    handler: ({ params: { account }, body, context }) => {
      const { entryId, amountMinor, currency, reason: why } = body;
      const about = { tenant: edge.tenant, account, entryId };
      return execute(edge, context, {
        type,
        data: { ...about, amountMinor, currency, reason: why },
      });
    },
  });

const both = { 200: { description: 'The account and the hold', schema: decidedHold } };

const holdFunds = (edge: AccountsEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/accounts/:account/holds',
    summary: 'Puts money of an account aside until a time',
    description:
      'Idempotent by holdId, also after it was captured; the time that the first one gave holds.',
    request: {
      params: accountParams,
      body: withAmount({
        holdId: id(),
        orderNo: text(limits.orderNoCharsMax).optional(),
        expiresInSeconds: intNumber({ min: 1, max: limits.expiresInSecondsMax }),
      }),
    },
    responses: both,
    handler: ({ params: { account }, body, context }) => {
      const { holdId, orderNo = null, amountMinor, currency, expiresInSeconds } = body;
      const about = { tenant: edge.tenant, account, holdId, orderNo, amountMinor, currency };
      const expireAt = edge.nowMs() + expiresInSeconds * 1_000;
      return execute(edge, context, {
        type: 'HoldFunds',
        data: { ...about, expireAt, replyTo: null },
      });
    },
  });

const captureHold = (edge: AccountsEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/accounts/:account/holds/:holdId/capture',
    summary: 'Takes what is held: it leaves the account',
    description:
      'Idempotent. One whose time is over is captured as long as there is enough, for a day.',
    request: { params: holdParams },
    responses: both,
    handler: ({ params, context }) =>
      execute(edge, context, {
        type: 'CaptureHold',
        data: { tenant: edge.tenant, ...params, replyTo: null },
      }),
  });

const releaseHold = (edge: AccountsEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/accounts/:account/holds/:holdId/release',
    summary: 'Gives back what is held',
    description:
      'Idempotent. An id that is not known is barred: a hold of it that comes later is refused.',
    request: { params: holdParams, body: z.strictObject({ reason: reason() }) },
    responses: both,
    handler: ({ params, body, context }) => {
      const data = { tenant: edge.tenant, ...params, ...body, replyTo: null };
      return execute(edge, context, { type: 'ReleaseHold', data });
    },
  });
