export type { OrdersConfig } from './config.ts';
export { schema as ordersConfig } from './config.ts';
export { ordersErrorCodes } from './http/error-codes.ts';
export { ordersProjection } from './projections/orders.ts';
export { ordersTopology } from './topology.ts';
export { openOrders } from './wiring.ts';
