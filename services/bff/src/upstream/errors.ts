/** What keeps an answer away from a call to a service. */
export type DownReason =
  /** No byte of the call can have arrived. */
  | 'not-sent'
  /** It may have been carried out. */
  | 'no-answer';

/** A service does not answer, or not in time. Trying again can help. */
export class ServiceDown extends Error {
  override readonly name = 'ServiceDown';
  readonly reason: DownReason;
  constructor(reason: DownReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
