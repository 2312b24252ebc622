import type { Route } from '@plumbline/http';
import { defineRoute, text } from '@plumbline/http';
import { parseFeedPosition } from '@plumbline/kafka';
import { z } from 'zod';
import * as limits from '../limits.ts';
import type { Live } from '../live/live.ts';
import type { Access } from './authorise.ts';
import { authorised, callerOf } from './authorise.ts';
import { problem } from './error-codes.ts';

/** A WebSocket of changes (docs/live.md). Every refusal is an answer of HTTP, before the upgrade. */
export const liveRoute = (access: Access, live: Live): Route =>
  defineRoute({
    method: 'get',
    path: '/api/live',
    summary: 'Tells of changes as they happen, over a WebSocket',
    description:
      'A buyer hears of the own orders, an operator of all. Messages are JSON: `hello`, `change`, ' +
      '`reset`, `position`, `pong`; each has a `position`, from which a client that comes back goes on.',
    authenticate: authorised(access, { fromOwnPage: true }),
    security: 'bearer',
    request: {
      query: z.strictObject({
        position: text(limits.positionCharsMax)
          .optional()
          .describe('That of the last message, of a client that comes back'),
      }),
    },
    responses: {
      101: { description: 'The WebSocket' },
      403: { description: 'The call comes from another origin' },
      426: { description: 'The call does not ask for a WebSocket' },
      429: { description: 'The user has too many connections' },
    },
    handler: ({ query, context }) => {
      const caller = callerOf(context);
      const from = query.position === undefined ? null : parseFeedPosition(query.position);
      if (query.position !== undefined && from === null)
        throw problem('INVALID_PARAMETER', 'position: is not one that was given');
      live.admit(caller);
      const take = (at: Parameters<Live['take']>[0]) => live.take(at, caller, from);
      return { status: 101, upgrade: { protocol: 'websocket', take } };
    },
  });
