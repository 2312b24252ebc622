import type { Route, RouteResponse } from '@plumbline/http';
import {
  cursorOf,
  defineRoute,
  intText,
  majorAmountOut,
  majorAmountOutSchema,
} from '@plumbline/http';
import { pageCursor, text } from '@plumbline/http';
import type { Json } from '@plumbline/kernel';
import { readRows } from '@plumbline/postgres';
import { z } from 'zod';
import type { MoneyView } from '../projections/receiving-queries.ts';
import { moneyStatuses } from '../projections/receiving-queries.ts';
import { internal } from './callers.ts';
import type { MonitorEdge } from './edge.ts';
import { askAccount, readProblems } from './edge.ts';
import { monitorErrors, problem } from './error-codes.ts';
import { idText, moneyParams, orderId, reason } from './fields.ts';
import * as limits from './limits.ts';
import { recordAnswer } from './records.ts';

export const moneyRoutes = (edge: MonitorEdge): readonly Route[] => [
  listMoney(edge),
  matchMoney(edge),
  setMoneyAside(edge),
];

const nullable = () => z.string().nullable();

const moneySchema = z.strictObject({
  ...{ pid: z.string(), aid: z.string(), platformOrder: z.string() },
  status: z.enum(moneyStatuses),
  ...{ payway: z.string(), channel: z.string() },
  cid: nullable().describe('The channel of the order that it is matched to'),
  price: majorAmountOutSchema(),
  currency: z.string(),
  why: nullable().describe(
    'Why it was matched to no order: NO_ORDER, SEVERAL_ORDERS, CHANNEL_UNKNOWN',
  ),
  candidates: z.array(z.string()).describe('References of the attempts that it could be for'),
  matched: nullable().describe('How it was matched: ON_TIME, LATE, MANUAL'),
  reason: nullable().describe('Of the person who matched it or set it aside'),
  ...{ orderId: nullable(), payNo: nullable(), reference: nullable() },
  contradicted: z.boolean().describe('Whether it was reported again with other parameters'),
  reportedBy: z.string(),
  receivedAt: z.string().describe('RFC 3339, UTC'),
  settledAt: nullable().describe('When it was matched or set aside'),
});

const moneyOut = (view: MoneyView): z.output<typeof moneySchema> => ({
  ...{ pid: view.pid, aid: view.aid, platformOrder: view.platformOrder, status: view.status },
  ...{ payway: view.payway, channel: view.channel, cid: view.cid },
  ...{ price: majorAmountOut(view.amountMinor, view.currency), currency: view.currency },
  ...{ why: view.why, candidates: [...view.candidates], matched: view.kind, reason: view.reason },
  ...{ orderId: view.orderNo, payNo: view.payNo, reference: view.reference },
  ...{ contradicted: view.contradicted, reportedBy: view.reportedBy },
  receivedAt: new Date(view.receivedAtMs).toISOString(),
  settledAt: view.settledAtMs === null ? null : new Date(view.settledAtMs).toISOString(),
});

const { max, default: byDefault } = limits.pageSize;

const listMoney = (edge: MonitorEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/monitor/money',
    summary: 'Lists money that was reported, newest first',
    request: {
      query: z.strictObject({
        status: z
          .enum(moneyStatuses, { error: `must be one of ${moneyStatuses.join(', ')}` })
          .optional(),
        ...{ pid: idText().optional(), aid: idText().optional() },
        limit: intText({ min: 1, max }).optional().describe(`${byDefault} unless given`),
        cursor: pageCursor().optional().describe('nextCursor of the page before'),
      }),
    },
    responses: {
      200: {
        description: 'A page of it',
        schema: z.strictObject({
          money: z.array(moneySchema),
          nextCursor: nullable().describe('null at the end'),
        }),
      },
    },
    authenticate: internal(edge),
    errorBody: monitorErrors,
    handler: async ({ query: { cursor, limit = byDefault, ...filter } }) => {
      const after =
        cursor === undefined ? null : { receivedAtMs: cursor.createdAtMs, moneyId: cursor.id };
      const { money, next } = await readRows(
        () => edge.queries.money({ tenant: edge.tenant, ...filter, after, limit }),
        readProblems,
      );
      const nextCursor =
        next === null ? null : cursorOf({ createdAtMs: next.receivedAtMs, id: next.moneyId });
      return { status: 200, body: { money: money.map(moneyOut), nextCursor } };
    },
  });

const answered = z.object({
  ...{ result: z.string(), was: z.string(), orderNo: nullable(), payNo: nullable() },
  platformOrder: z.string(),
});

/** How the money stands now, as a record is answered. */
function standingOf(answer: Json): RouteResponse {
  const { result, was, orderNo, payNo, platformOrder } = answered.parse(answer);
  return { status: 200, body: { result, was, orderId: orderNo, payNo, platformOrder } };
}

const standing = {
  200: {
    description: 'How the money stands',
    schema: recordAnswer.extend({ result: recordAnswer.shape.was }),
  },
};

/** Which attempt at the order is meant. A person who names the order only may mean one only. */
async function referenceOf(
  edge: MonitorEdge,
  of: { readonly pid: string; readonly aid: string; readonly orderId: string },
): Promise<string> {
  const attempts = await readRows(
    () => edge.queries.attempts(edge.tenant, of.orderId),
    readProblems,
  );
  const here = attempts.filter(({ pid, aid }) => pid === of.pid && aid === of.aid);
  const [first] = here;
  if (first === undefined)
    throw problem('ORDER_NOT_FOUND', `the account was never told of the order ${of.orderId}`);
  if (here.length === 1) return first.reference;
  const each = here.map(({ reference, status }) => `${reference} (${status})`).join(', ');
  throw problem('ORDER_AMBIGUOUS', `the account has several attempts at this order: ${each}`);
}

const matchMoney = (edge: MonitorEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/api/monitor/money/:pid/:aid/:platformOrder/match',
    summary: 'Matches money to an order by hand, with a reason',
    description: 'The same again changes nothing. Money that is matched stays where it is.',
    request: {
      params: moneyParams,
      body: z.strictObject({
        orderId: orderId(),
        reference: text(limits.orderIdCharactersMax)
          .optional()
          .describe('Of the attempt, where the account has several at the order'),
        reason: reason(),
      }),
    },
    responses: standing,
    authenticate: internal(edge),
    errorBody: monitorErrors,
    handler: async ({ params, body, context }) => {
      const { platformOrder, ...account } = params;
      const { orderId: order, reason: why } = body;
      const reference = body.reference ?? (await referenceOf(edge, { ...account, orderId: order }));
      const data = { tenant: edge.tenant, ...account, platformOrder, reference, reason: why };
      const { answer } = await askAccount(edge, context, { type: 'MatchMoney', data });
      return standingOf(answer);
    },
  });

const setMoneyAside = (edge: MonitorEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/api/monitor/money/:pid/:aid/:platformOrder/set-aside',
    summary: 'Says that money is for no order, with a reason',
    description: 'The same again changes nothing. Nothing is given back by it.',
    request: { params: moneyParams, body: z.strictObject({ reason: reason() }) },
    responses: standing,
    authenticate: internal(edge),
    errorBody: monitorErrors,
    handler: async ({ params, body, context }) => {
      const data = { tenant: edge.tenant, ...params, ...body };
      const { answer } = await askAccount(edge, context, { type: 'SetMoneyAside', data });
      return standingOf(answer);
    },
  });
