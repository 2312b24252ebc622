import { processConfig, serviceConfig, wholeNumber } from '@plumbline/config';
import type { z } from 'zod';

export const schema = processConfig({
  ...serviceConfig({ port: 8081 }),
  PLUMBLINE_ORDER_TIMEOUT_MINUTES: wholeNumber({ min: 1, max: 43_200 })
    .default(30)
    .describe('Minutes in which an order must be paid when its creation does not say'),
});

export type OrdersConfig = z.output<typeof schema>;
