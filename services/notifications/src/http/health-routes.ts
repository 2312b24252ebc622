import type { Route } from '@plumbline/http';
import { defineRoute } from '@plumbline/http';
import { z } from 'zod';
import type { NotificationsEdge } from './edge.ts';

const schema = z.strictObject({ status: z.enum(['UP', 'DOWN']) });

/** Contract 2's two addresses of health; `/readyz` and `/metrics` are beside them. */
export const healthRoutes = ({ notifications }: NotificationsEdge): readonly Route[] =>
  ['/payment-retry/api/payment/health', '/payment-retry/actuator/health'].map((path) =>
    defineRoute({
      ...{ method: 'get', path, request: {} },
      summary: 'Says whether notifications are taken',
      responses: {
        200: { description: 'They are', schema },
        503: { description: 'They are not', schema },
      },
      handler: () =>
        notifications.ready()
          ? { status: 200, body: { status: 'UP' } }
          : { status: 503, body: { status: 'DOWN' } },
    }),
  );
