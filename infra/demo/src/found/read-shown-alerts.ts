import type { ShownAlert } from '../compare/compare.ts';
import type { HttpCalls } from '../driver/http-calls.ts';
import { z } from 'zod';

const page = z.object({
  data: z.object({
    alerts: z.array(
      z.object({
        alertId: z.string(),
        orderNo: z.string(),
        rule: z.string(),
        status: z.string(),
      }),
    ),
    nextCursor: z.string().nullable(),
  }),
});

/** Every alert that `GET /alerts` shows, page by page. Errors: when an answer is no such page. */
export async function readShownAlerts(
  calls: HttpCalls,
  queriesUrl: string,
): Promise<readonly ShownAlert[]> {
  const alerts: ShownAlert[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const after = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const url = `${queriesUrl}/alerts?limit=200${after}`;
    const { data } = page.parse((await calls.call({ method: 'GET', url })).body);
    for (const { alertId, orderNo, rule, status } of data.alerts)
      alerts.push({ alertId, orderNo, rule, open: status === 'OPEN' });
    cursor = data.nextCursor;
  }
  return alerts;
}
