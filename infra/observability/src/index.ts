export type { LogFields, Logger, LogLevel } from './logger.ts';
export { createLogger, logLevels, silentLogger } from './logger.ts';
export { isSecretKey, mask, redact, redactText, registerSecret } from './redact.ts';
export type { Correlation } from './correlation.ts';
export { currentCorrelation, withCorrelation } from './correlation.ts';
export type { TraceParent } from './traceparent.ts';
export { childTraceparent, formatTraceparent, parseTraceparent } from './traceparent.ts';
export type {
  Counter,
  Gauge,
  Histogram,
  Labels,
  MetricOptions,
  Metrics,
  Sample,
} from './metrics.ts';
export { createMetrics, processMetrics } from './metrics.ts';
export type { Step } from './steps.ts';
export { atStep, stepChannel } from './steps.ts';
