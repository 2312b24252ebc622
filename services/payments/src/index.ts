export type { PaymentsConfig } from './config.ts';
export { schema as paymentsConfig } from './config.ts';
export { paymentDecider } from './domain/payment/payment.ts';
export { paymentsErrorCodes } from './http/error-codes.ts';
export type { GatewayConnection } from './gateways/call-gateway.ts';
export { openGatewayConnection } from './gateways/call-gateway.ts';
export type { CallContext, GatewayCalls } from './gateways/gateway-calls.ts';
export { httpGateway } from './gateways/http-gateway.ts';
export { createPersonalAccounts } from './gateways/personal/personal-accounts.ts';
export { createMockAdapter } from './gateways/mock/mock-adapter.ts';
export { callbackIdOf, isSignature, signatureOf } from './gateways/mock/callback-signature.ts';
export type { GatewayAdapter } from './gateways/port.ts';
export type {
  EarlyCallback,
  OperatorQueries,
  PaymentFile,
  PaymentOnFile,
} from './projections/operator-queries.ts';
export { createOperatorQueries } from './projections/operator-queries.ts';
export { paymentsProjection } from './projections/payments.ts';
export { refusedCallbacksProjection } from './projections/refused-callbacks.ts';
export { merchantResultsTopology } from './results/merchant-results.ts';
export { groupId as resultStreamsGroup } from './results/open-result-streams.ts';
export { resultStreamsConfig } from './results/result-streams-config.ts';
export type { StreamEntry, StreamName } from './results/stream-entry.ts';
export { entryOf as streamEntryOf, streamNames } from './results/stream-entry.ts';
export type { StreamPosition } from './results/redis-streams.ts';
export { readStreamPositions } from './results/redis-streams.ts';
export type { LingeringPayments } from './scan/lingering-payments.ts';
export { createLingeringPayments } from './scan/lingering-payments.ts';
export type { MakeUpScan, MakeUpScanOptions } from './scan/make-up-scan.ts';
export { openMakeUpScan } from './scan/make-up-scan.ts';
export { channelSweepsTopology } from './sweep/channel-sweeps.ts';
export type { Sweeper, SweeperOptions } from './sweep/sweeper.ts';
export { openSweeper } from './sweep/sweeper.ts';
export type { PurchaseTerms } from './purchases/purchase-payments.ts';
export {
  purchasePaymentsTopology,
  purchasePaymentsWithoutGateways,
} from './purchases/purchase-payments.ts';
export { paymentsTopology } from './topology.ts';
export { gatewayTransactionsTopology } from './transactions/gateway-transactions.ts';
export { openPayments } from './wiring.ts';
export type { CallableGateway, CallWorkerOptions } from './worker/call-worker.ts';
export { openCallWorker } from './worker/call-worker.ts';
export { gatewayCallsTopology } from './worker/waiting-calls.ts';
