/** Of a merchant, of an account of his, of a channel of that: contract 0's ids. */
export const idForm = /^[A-Za-z0-9_-]{1,32}$/;

/** `pid.aid` or `pid.aid.cid`. */
export const accountNameForm =
  /^([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]{1,32})(?:\.([A-Za-z0-9_-]{1,32}))?$/;

/** A personal account that is paid into, and by which channel of it. */
export interface AccountName {
  readonly pid: string;
  readonly aid: string;
  /** `null`: by the first that is enabled. */
  readonly cid: string | null;
}

/** Reads `pid.aid` or `pid.aid.cid`; `null` for anything else. */
export function parseAccountName(text: string): AccountName | null {
  const [, pid, aid, cid = null] = accountNameForm.exec(text) ?? [];
  return pid === undefined || aid === undefined ? null : { pid, aid, cid };
}

/** `pid.aid`: the account, whichever of its channels is meant. */
export const accountIdOf = ({ pid, aid }: Pick<AccountName, 'pid' | 'aid'>): string =>
  `${pid}.${aid}`;

/** Whose key protects what monitor clients see on an account. */
export const subjectOfAccount = (account: Pick<AccountName, 'pid' | 'aid'>): string =>
  `receiving:${accountIdOf(account)}`;
