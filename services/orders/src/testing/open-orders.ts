import type { TestProcess } from '@plumbline/runtime/testing';
import { openTestProcess } from '@plumbline/runtime/testing';
import type { OrdersConfig } from '../config.ts';
import { schema } from '../config.ts';
import { openOrders } from '../wiring.ts';

export type TestOrders = TestProcess<OrdersConfig>;

/** The whole process but its signals, on a free port, against real servers. */
export const openTestOrders = (env: Readonly<Record<string, string>> = {}): Promise<TestOrders> =>
  openTestProcess<OrdersConfig>({ service: 'orders', schema, open: openOrders, env });
