export interface OutboundPolicy {
  /**
   * The local stack's permission to call loopback (127.0.0.0/8, ::1, `localhost`): on any port, and
   * over http. Private networks stay closed.
   */
  readonly allowLoopback: boolean;
  /** Ports beside 443 that may be called; 80 is one of them where http is allowed. */
  readonly ports: readonly number[];
  /** `http:` beside `https:`; off by default. */
  readonly allowHttp: boolean;
}

/** https on port 443 of the public Internet. */
export const strictPolicy: OutboundPolicy = { allowLoopback: false, ports: [], allowHttp: false };
