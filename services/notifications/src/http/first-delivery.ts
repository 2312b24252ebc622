import type { RouteResponse } from '@plumbline/http';
import { ok } from '@plumbline/http';
import { readRows } from '@plumbline/postgres';
import { z } from 'zod';
import type { NotificationsEdge } from './edge.ts';
import { readProblems } from './edge.ts';
import * as limits from './limits.ts';
import { recordOut } from './notification-view.ts';

const answered = z.object({
  data: z.object({ notificationId: z.string(), notificationStatus: z.string() }),
});

/**
 * Where delivery is not asynchronous, the answer to a call waits for the first attempt and shows how
 * it went; after the time that it may take the record is answered as it is.
 */
export async function awaitFirstDelivery(
  edge: Pick<NotificationsEdge, 'queries' | 'clock' | 'deliveryMs'>,
  response: RouteResponse,
): Promise<RouteResponse> {
  const { data } = answered.parse(response.body);
  if (data.notificationStatus !== 'NOTIFYING') return response;
  const { clock, queries } = edge;
  const untilMs = clock.nowMs() + edge.deliveryMs + limits.readYourWritesMs;
  while (clock.nowMs() < untilMs) {
    await clock.sleep(limits.firstDeliveryPollMs);
    const view = await readRows(() => queries.byId(data.notificationId), readProblems);
    if (view !== null && view.notificationStatus !== 'NOTIFYING')
      return { ...response, body: ok(recordOut(view)) };
  }
  return response;
}
