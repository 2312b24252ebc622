import type { ReceivingCommand } from '@plumbline/events';
import type { RequestContext, Route, RouteResponse } from '@plumbline/http';
import { currencyCode, defineRoute } from '@plumbline/http';
import { readAsAnswered, readRows } from '@plumbline/postgres';
import { z } from 'zod';
import { accountKey } from '../domain/receiving/account-key.ts';
import type { AccountView } from '../projections/receiving-queries.ts';
import {
  accountOfAnswer,
  accountOut,
  accountSchema,
  channelsRequest,
  settingsOf,
  settingsRequest,
} from './account-view.ts';
import { internal } from './callers.ts';
import type { MonitorEdge } from './edge.ts';
import { askAccount, readProblems } from './edge.ts';
import { monitorErrors, problem } from './error-codes.ts';
import { accountParams, id, idText, name, reason } from './fields.ts';
import * as limits from './limits.ts';

export const accountRoutes = (edge: MonitorEdge): readonly Route[] => [
  registerAccount(edge),
  listAccounts(edge),
  readAccount(edge),
  changeAccount(edge),
  pauseAccount(edge),
  resumeAccount(edge),
];

const shown = { 200: { description: 'The account', schema: accountSchema } };
const path = '/api/monitor/accounts/:pid/:aid';

/** Asks and answers with the account. */
async function decide(
  edge: MonitorEdge,
  context: RequestContext,
  payload: ReceivingCommand,
): Promise<RouteResponse> {
  const { answer } = await askAccount(edge, context, payload);
  return { status: 200, body: accountOut(accountOfAnswer(answer)) };
}

/** An account, at least as this process has answered it. */
export const findAccount = (
  edge: MonitorEdge,
  { pid, aid }: { readonly pid: string; readonly aid: string },
): Promise<AccountView> =>
  readAsAnswered({
    read: () => edge.queries.account(edge.tenant, pid, aid),
    seen: edge.receiving.lastSeenVersion(accountKey({ tenant: edge.tenant, pid, aid })),
    ...{ timeoutMs: limits.readYourWritesMs, problems: readProblems },
  });

const registration = z
  .strictObject({
    ...{ pid: id(), aid: id(), name: name(), currency: currencyCode() },
    ...{ channels: channelsRequest(), settings: settingsRequest() },
  })
  .transform((body, context) => {
    const settings = settingsOf(body.settings, body.currency);
    if (typeof settings !== 'string') return { ...body, settings };
    context.addIssue({ code: 'custom', path: ['settings', 'offsetStep'], message: settings });
    return z.NEVER;
  });

const registerAccount = (edge: MonitorEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/api/monitor/accounts',
    summary: 'Registers a personal account that people pay into',
    description: 'The same again changes nothing; with other parameters it is refused.',
    request: { body: registration },
    responses: shown,
    authenticate: internal(edge),
    errorBody: monitorErrors,
    handler: ({ body, context }) =>
      decide(edge, context, {
        type: 'RegisterReceivingAccount',
        data: { tenant: edge.tenant, ...body },
      }),
  });

const changeAccount = (edge: MonitorEdge): Route =>
  defineRoute({
    method: 'put',
    path,
    summary: 'Replaces name, channels and settings of an account',
    description:
      'All of them: what is not given is as for a new one. Orders that wait keep their channel and ' +
      'what is to be paid.',
    request: {
      params: accountParams,
      body: z.strictObject({
        ...{ name: name(), channels: channelsRequest(), settings: settingsRequest() },
      }),
    },
    responses: shown,
    authenticate: internal(edge),
    errorBody: monitorErrors,
    handler: async ({ params, body, context }) => {
      // A step is in units of the currency, which does not change.
      const { currency } = await findAccount(edge, params);
      const settings = settingsOf(body.settings, currency);
      if (typeof settings === 'string')
        throw problem('INVALID_PARAMETER', `settings.offsetStep: ${settings}`);
      const data = { tenant: edge.tenant, ...params, ...body, settings };
      return decide(edge, context, { type: 'ChangeReceivingAccount', data });
    },
  });

const pauseAccount = (edge: MonitorEdge): Route =>
  defineRoute({
    method: 'post',
    path: `${path}/pause`,
    summary: 'Sends no more orders to an account',
    description: 'Those that wait go on waiting, and money is matched as before.',
    request: { params: accountParams, body: z.strictObject({ reason: reason() }) },
    responses: shown,
    authenticate: internal(edge),
    errorBody: monitorErrors,
    handler: ({ params, body, context }) =>
      decide(edge, context, {
        type: 'PauseReceivingAccount',
        data: { tenant: edge.tenant, ...params, ...body },
      }),
  });

const resumeAccount = (edge: MonitorEdge): Route =>
  defineRoute({
    method: 'post',
    path: `${path}/resume`,
    summary: 'Sends orders to an account again',
    request: { params: accountParams },
    responses: shown,
    authenticate: internal(edge),
    errorBody: monitorErrors,
    handler: ({ params, context }) =>
      decide(edge, context, {
        type: 'ResumeReceivingAccount',
        data: { tenant: edge.tenant, ...params },
      }),
  });

const stored = accountSchema.extend({
  reason: z.string().nullable().describe('Why it is paused'),
  createdAt: z.string().describe('RFC 3339, UTC'),
  updatedAt: z.string().describe('Of its newest event'),
});

const storedOut = (view: AccountView): z.output<typeof stored> => ({
  ...accountOut(view),
  reason: view.reason,
  createdAt: new Date(view.createdAtMs).toISOString(),
  updatedAt: new Date(view.updatedAtMs).toISOString(),
});

const readAccount = (edge: MonitorEdge): Route =>
  defineRoute({
    method: 'get',
    path,
    summary: 'Reads an account',
    description: 'Shows at least what this process answered before about it.',
    request: { params: accountParams },
    responses: { 200: { description: 'The account', schema: stored } },
    authenticate: internal(edge),
    errorBody: monitorErrors,
    handler: async ({ params }) => ({
      status: 200,
      body: storedOut(await findAccount(edge, params)),
    }),
  });

const listAccounts = (edge: MonitorEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/monitor/accounts',
    summary: 'Lists accounts by merchant, 1,000 at most',
    request: { query: z.strictObject({ pid: idText().optional() }) },
    responses: {
      200: {
        description: 'All, or those of one merchant',
        schema: z.strictObject({ accounts: z.array(stored) }),
      },
    },
    authenticate: internal(edge),
    errorBody: monitorErrors,
    handler: async ({ query: { pid = null } }) => {
      const views = await readRows(() => edge.queries.accounts(edge.tenant, pid), readProblems);
      return { status: 200, body: { accounts: views.map(storedOut) } };
    },
  });
