/** An endpoint's configuration as the log has it, as far as lanes know it. */
export interface LaneSettings {
  readonly status: 'ACTIVE' | 'PAUSED' | 'DISABLED';
  /** Requests at once; `null` for the default. */
  readonly concurrencyMax: number | null;
  /** `null` for no limit. */
  readonly ratePerSecond: number | null;
  /** Total deadline of a request; `null` for the default. */
  readonly timeoutMs: number | null;
  /** Whatever else prepares its requests; nothing that lanes look into. */
  readonly settings: object;
}
