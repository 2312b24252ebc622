import { askedAtOnce } from '../limits.ts';
import { ask, someAtOnce } from './ask.ts';

/** Somebody with a session in the shop, as a browser keeps it. */
export interface Person {
  /** Buyer and account. */
  readonly id: string;
  /** `sid=…`. */
  readonly cookie: string;
  readonly csrfToken: string;
}

/** Logs somebody in for each name, with tokens of the local issuer. */
export const logInAll = (
  shopUrl: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly Person[]> =>
  someAtOnce(names, askedAtOnce, (user) => logIn(shopUrl, user, signal));

async function logIn(shopUrl: string, user: string, signal: AbortSignal): Promise<Person> {
  const post = { method: 'POST', signal } as const;
  const token = await ask({ ...post, url: `${shopUrl}/local-issuer/token`, body: { user } });
  const session = await ask({
    ...{ ...post, url: `${shopUrl}/api/session`, body: { idToken: token.body['idToken'] } },
    headers: { origin: shopUrl },
  });
  const { user: known, csrfToken } = session.body as {
    readonly user: { readonly id: string };
    readonly csrfToken: string;
  };
  const cookies = [session.headers['set-cookie'] ?? []].flat();
  return { id: known.id, cookie: cookies[0]?.split(';')[0] ?? '', csrfToken };
}

/** What an unsafe call of the page carries. */
export const unsafeHeaders = (
  shopUrl: string,
  { cookie, csrfToken }: Person,
): Readonly<Record<string, string>> => ({ origin: shopUrl, cookie, 'x-csrf-token': csrfToken });
