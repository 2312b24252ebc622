export type { PaymentsConfig } from './config.ts';
export { schema as paymentsConfig } from './config.ts';
export { paymentsErrorCodes } from './http/error-codes.ts';
export { callbackIdOf, signatureOf } from './gateways/mock/callback-signature.ts';
export { paymentsProjection } from './projections/payments.ts';
export { refusedCallbacksProjection } from './projections/refused-callbacks.ts';
export { paymentsTopology } from './topology.ts';
export { openPayments } from './wiring.ts';
export { gatewayCallsTopology } from './worker/waiting-calls.ts';
