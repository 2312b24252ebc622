export type { OrdersConfig } from './config.ts';
export { schema as ordersConfig } from './config.ts';
export { orderDecider } from './domain/order/order.ts';
export { ordersErrorCodes } from './http/error-codes.ts';
export { ordersProjection } from './projections/orders.ts';
export { ordersTopology } from './topology.ts';
export { openOrders } from './wiring.ts';
