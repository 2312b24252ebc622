export { avroType } from './avro-types.ts';
export type { Catalogue } from './catalogue.ts';
export { catalogue, subjectOf } from './catalogue.ts';
export type { Codec, CodecOptions, WrittenAs } from './codec.ts';
export { bodyOf, createCodec, frameBytes } from './codec.ts';
export { compatibilityProblems } from './compatibility.ts';
export type { KeptValue } from './dead-letter-value.ts';
export { keptValueOf } from './dead-letter-value.ts';
export type { Envelope, RecordHead } from './envelope.ts';
export type { HeaderSource } from './header-reader.ts';
export { envelopeHeaders } from './header-reader.ts';
export {
  decodeEnvelope,
  decodeEnvelopeOf,
  decodeHeadOf,
  encodeEnvelope,
  firstPreviousHash,
  hashOfEvent,
} from './envelope.ts';
export type { UndecodableReason, UnencodableReason } from './errors.ts';
export {
  SchemaRefused,
  SchemasUnavailable,
  Undecodable,
  Unencodable,
  UnknownSchemaId,
} from './errors.ts';
export type { SchemaIds } from './schema-ids.ts';
export { createMemorySchemaIds } from './schema-ids.ts';
export type { TopicKind, TopicSpec } from './topics.ts';
export { allTopics, delayedRecords, topics } from './topics.ts';
export {
  defaultDelayLevelsMs,
  defaultDelayPrefix,
  delayLevelName,
  delayTopicName,
  delayTopicSpecs,
  parseDelayLevels,
} from './delay-topics.ts';
export type { Upcaster } from './upcasters/index.ts';
export type {
  AwaitPayment,
  CancelOrder,
  ConfirmPayment,
  CreateOrder,
  FailOrder,
  FailPayment,
  OrderAwaitingPayment,
  OrderCancelled,
  OrderCreated,
  OrderExpired,
  OrderExpiryRequested,
  OrderFailed,
  OrderItem,
  OrderPaid,
  OrderPaidFromBalance,
  OrderPaymentReportRecorded,
  OrdersCommand,
  OrdersEvent,
  PaymentReport,
  Purchase,
  RecordPaymentClosed,
  SettleOrder,
} from './generated/orders.ts';
export { ordersCommandNames, ordersEventNames } from './generated/orders.ts';
export type {
  CallbackRefused,
  CallbackStatus,
  Channel,
  ClosePayment,
  CreatePayment,
  GatewayAnswer,
  GatewayCallKind,
  GatewayCallReported,
  GatewayCallRequested,
  GatewayCallbackRecorded,
  GatewayPolicy,
  GatewayResult,
  MerchantOrder,
  OrderType,
  PaymentCallbackRecorded,
  PaymentClosed,
  PaymentCreated,
  PaymentFailed,
  PaymentProcessing,
  PaymentReportConfirmed,
  PaymentReportContradicted,
  PaymentRequestConflicted,
  PaymentStatus,
  PaymentSucceeded,
  PaymentTransactionConflicted,
  PaymentUnknown,
  PaymentsCommand,
  PaymentsEvent,
  PaymentsInbox,
  ProcessResult,
  RefundProcessing,
  ReportGatewayCall,
  ReportGatewayCallback,
  ReportMockCallback,
  ReportSource,
} from './generated/payments.ts';
export {
  paymentsCommandNames,
  paymentsEventNames,
  paymentsInboxNames,
} from './generated/payments.ts';
export type {
  ConfirmStock,
  DescribeItem,
  InventoryCommand,
  InventoryEvent,
  ItemDescribed,
  ReceiveStock,
  ReleaseStock,
  ReservationBarred,
  ReservationExpired,
  ReserveStock,
  StockConfirmed,
  StockReceived,
  StockReleased,
  StockReserved,
  StockWrittenOff,
  WriteOffStock,
} from './generated/inventory.ts';
export { inventoryCommandNames, inventoryEventNames } from './generated/inventory.ts';
export type {
  AccountCredited,
  AccountDebited,
  AccountsCommand,
  AccountsEvent,
  CaptureHold,
  CreditAccount,
  DebitAccount,
  FundsHeld,
  HoldBarred,
  HoldCaptured,
  HoldExpired,
  HoldFunds,
  HoldReleased,
  ReleaseHold,
} from './generated/accounts.ts';
export { accountsCommandNames, accountsEventNames } from './generated/accounts.ts';
export type {
  CheckoutCommand,
  CheckoutCompensated,
  CheckoutCompleted,
  CheckoutEvent,
  CheckoutFundsAnswered,
  CheckoutFundsRequested,
  CheckoutItem,
  CheckoutLine,
  CheckoutOrderEnded,
  CheckoutOrderRequested,
  CheckoutPaymentAnswered,
  CheckoutPaymentRequested,
  CheckoutPushed,
  CheckoutStarted,
  CheckoutStockAnswered,
  CheckoutStockRequested,
  FundsStep,
  OrderEnd,
  OrderStep,
  PushCheckout,
  RecordFundsAnswer,
  RecordOrderEnded,
  RecordPaymentAnswer,
  RecordStockAnswer,
  StartCheckout,
  StockStep,
} from './generated/checkout.ts';
export { checkoutCommandNames, checkoutEventNames } from './generated/checkout.ts';
export type {
  AcknowledgeAlert,
  ActivateRules,
  AlertAcknowledged,
  AlertInvestigated,
  AlertRaised,
  AlertReopened,
  AlertResolved,
  AlertsCommand,
  AlertsEvent,
  Evidence,
  InvestigateAlert,
  ReopenAlert,
  ResolveAlert,
  Resolution,
  RuleParameters,
  RuleValue,
  RulesActivated,
  Severity,
  SuppressAlert,
  WriteOffAlert,
} from './generated/alerts.ts';
export { alertsCommandNames, alertsEventNames } from './generated/alerts.ts';
export type {
  AlertEnd,
  AlertNoted,
  IncidentCounts,
  IncidentEnd,
  IncidentEnded,
  IncidentOpened,
  IncidentUpdated,
  IncidentsEvent,
  MoneyAtStake,
} from './generated/incidents.ts';
export { incidentsEventNames } from './generated/incidents.ts';
export type { CallbackUnclaimed, CallbacksClaimed, CallbacksEvent } from './generated/callbacks.ts';
export { callbacksEventNames } from './generated/callbacks.ts';
export type {
  ChannelCounted,
  ChannelCounts,
  ChannelSilent,
  ChannelSpeaks,
  SignalKind,
  SignalsEvent,
} from './generated/signals.ts';
export { signalsEventNames } from './generated/signals.ts';
export type {
  DesksCommand,
  DesksEvent,
  DesksRecord,
  LeaveGranted,
  MoneyLimit,
  PoliciesCopied,
  PolicyMode,
  PolicyRemedy,
  RemediesResumed,
  RemediesStopped,
  RemedyPolicy,
  RemedyPolicySet,
  RequestLeave,
  ResumeRemedies,
  SetRemedyPolicy,
  StopRemedies,
} from './generated/desks.ts';
export { desksCommandNames, desksEventNames, desksRecordNames } from './generated/desks.ts';
export type {
  ApproveRemedy,
  ChannelSwept,
  LeaveVerdict,
  RecordLeave,
  RecordLingering,
  RejectRemedy,
  RemediesCommand,
  RemediesEvent,
  RemedyAlertEnded,
  RemedyApproved,
  RemedyEnded,
  RemedyEnding,
  RemedyHeld,
  RemedyKind,
  RemedyProof,
  RemedyProposed,
  RemedyStarted,
} from './generated/remedies.ts';
export { remediesCommandNames, remediesEventNames } from './generated/remedies.ts';
export type { ChangeKind, ChangeNoted, ChangesEvent } from './generated/changes.ts';
export { changesEventNames } from './generated/changes.ts';
export type { PaymentResult, RefundResult, ResultsEvent } from './generated/results.ts';
export { resultsEventNames } from './generated/results.ts';
export type { ErasuresEvent, SubjectErased } from './generated/erasures.ts';
export type { GatewayTransactionClaimed, TransactionsEvent } from './generated/transactions.ts';
export { transactionsEventNames } from './generated/transactions.ts';
export type {
  CommandOutcome,
  DeadLetterHeader,
  DeadLettered,
  OutcomeEvent,
  OutcomeStatus,
  RedriveMode,
  RedriveParkedKey,
  RuntimeCommand,
  RuntimeRecord,
} from './generated/runtime.ts';
export { runtimeCommandNames, runtimeRecordNames } from './generated/runtime.ts';
export type {
  BodyEncoding,
  BodyStyle,
  ChangeEndpoint,
  EndpointChanged,
  EndpointCopied,
  EndpointDisabled,
  EndpointFailing,
  EndpointIncidentEnded,
  EndpointIncidentOpened,
  EndpointPaused,
  EndpointRecovered,
  EndpointRegistered,
  EndpointRemoved,
  EndpointResumed,
  EndpointSecretRotated,
  EndpointSettings,
  EndpointStatus,
  EndpointTemplate,
  EndpointsCommand,
  EndpointsEvent,
  EndpointsRecord,
  IncidentKind,
  PauseEndpoint,
  RecordSecretRotated,
  RegisterEndpoint,
  RemoveEndpoint,
  ReportEndpointGone,
  ReportEndpointHealth,
  ReportOverdue,
  ReportRetriesUsedUp,
  ResumeEndpoint,
} from './generated/endpoints.ts';
export {
  endpointsCommandNames,
  endpointsEventNames,
  endpointsRecordNames,
} from './generated/endpoints.ts';
export type {
  AbandonNotification,
  AttemptOutcome,
  AttemptReport,
  AttemptTrigger,
  CreateNotification,
  NotificationAbandoned,
  NotificationAttemptDue,
  NotificationAttemptFailed,
  NotificationContent,
  NotificationCreated,
  NotificationDelivered,
  NotificationStatus,
  NotificationStatusUpdated,
  NotificationsCommand,
  NotificationsEvent,
  NotificationsForgotten,
  NotifiedStatus,
  ReplayNotification,
  ReportAttempt,
  RetryNotification,
  StartAttempt,
  TriggerNotification,
  UpdatePaymentStatus,
} from './generated/notifications.ts';
export { notificationsCommandNames, notificationsEventNames } from './generated/notifications.ts';
export type {
  ActivateOrder,
  ChangeReceivingAccount,
  Deactivation,
  EndActiveOrder,
  MatchKind,
  MatchMoney,
  MoneyMatched,
  MoneyReportContradicted,
  MoneySetAside,
  MoneyUnmatched,
  OrderActivated,
  OrderDeactivated,
  PauseReceivingAccount,
  QueryActiveOrder,
  ReceivingAccountChanged,
  ReceivingAccountPaused,
  ReceivingAccountRegistered,
  ReceivingAccountResumed,
  ReceivingChannel,
  ReceivingCommand,
  ReceivingEvent,
  ReceivingSettings,
  RegisterReceivingAccount,
  ReportMoney,
  ResumeReceivingAccount,
  SetMoneyAside,
  UnmatchedReason,
} from './generated/receiving.ts';
export { receivingEventNames, receivingCommandNames } from './generated/receiving.ts';
export type {
  ChangeMonitorClient,
  MonitorClientChanged,
  MonitorClientRegistered,
  MonitorClientRevoked,
  MonitorKeyIssued,
  MonitorsCommand,
  MonitorsEvent,
  RecordMonitorKeyIssued,
  RegisterMonitorClient,
  RevokeMonitorClient,
} from './generated/monitors.ts';
export { monitorsEventNames, monitorsCommandNames } from './generated/monitors.ts';
