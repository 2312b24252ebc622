/** For what a client may report, and what it may see. */
export interface ClientScope {
  /** The merchant, for which the client was registered whatever its own id is. */
  readonly pid: string;
  /** Its accounts; none: all of them. */
  readonly aids: readonly string[];
}

/** Whether an account is one of those. */
export const isWithin = (
  { pid, aids }: ClientScope,
  of: { readonly pid: string; readonly aid: string },
): boolean => pid === of.pid && (aids.length === 0 || aids.includes(of.aid));
