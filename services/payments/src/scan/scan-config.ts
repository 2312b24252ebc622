import { wholeNumber } from '@plumbline/config';
import { batchMax } from './limits.ts';

/** Contract 1's make-up reconciliation, the last net behind the timers of each payment. */
export const scanConfig = {
  PLUMBLINE_RECONCILE_SCAN_SECONDS: wholeNumber({ min: 1, max: 86_400 })
    .default(60)
    .describe('How often payments are looked for that linger at a gateway'),
  PLUMBLINE_RECONCILE_THRESHOLD_MINUTES: wholeNumber({ min: 1, max: 1_440 })
    .default(5)
    .describe('After so many minutes without a word of its gateway a payment lingers'),
  PLUMBLINE_RECONCILE_BATCH: wholeNumber({ min: 1, max: batchMax })
    .default(100)
    .describe('How many payments that linger are asked about in one scan'),
};

interface ScanSettings {
  readonly PLUMBLINE_RECONCILE_SCAN_SECONDS: number;
  readonly PLUMBLINE_RECONCILE_THRESHOLD_MINUTES: number;
  readonly PLUMBLINE_RECONCILE_BATCH: number;
}

export const scanTimesOf = (config: ScanSettings) => ({
  everyMs: config.PLUMBLINE_RECONCILE_SCAN_SECONDS * 1_000,
  thresholdMs: config.PLUMBLINE_RECONCILE_THRESHOLD_MINUTES * 60_000,
  batch: config.PLUMBLINE_RECONCILE_BATCH,
});
