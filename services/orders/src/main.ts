import { runProcess } from '@plumbline/runtime';
import type { OrdersConfig } from './config.ts';
import { schema } from './config.ts';
import { openOrders } from './wiring.ts';

await runProcess<OrdersConfig>({ service: 'orders', schema, open: openOrders });
