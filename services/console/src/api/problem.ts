/**
 * What stands between a person and an answer:
 *
 *   offline      no answer at all: the network, or the server is not there
 *   unavailable  503 and the like: trying again can help, and is done
 *   logged-out   401: there is no session, or no more
 *   forbidden    403
 *   not-found    404
 *   refused      any other 4xx: `code` says what is wrong
 *   failed       a defect of the server's
 */
export type ProblemKind =
  'offline' | 'unavailable' | 'logged-out' | 'forbidden' | 'not-found' | 'refused' | 'failed';

export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly kind: ProblemKind;
  /** As the API names it; `null` where there was no answer of the API's. */
  readonly code: string | null;
  /** Under which the server's log has it. */
  readonly requestId: string | null;
  constructor(
    kind: ProblemKind,
    message: string,
    known: { readonly code?: string | null; readonly requestId?: string | null } = {},
  ) {
    super(message);
    this.kind = kind;
    this.code = known.code ?? null;
    this.requestId = known.requestId ?? null;
  }
}

/** Whether it goes away by itself. */
export const passes = ({ kind }: ApiProblem): boolean =>
  kind === 'offline' || kind === 'unavailable';

export function kindOf(status: number): ProblemKind {
  if (status === 401) return 'logged-out';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  // What a proxy answers while the server behind it is away; 429 asks to come back as well.
  if ([429, 502, 503, 504].includes(status)) return 'unavailable';
  return status >= 400 && status < 500 ? 'refused' : 'failed';
}

/** Anything thrown, as a problem. */
export const problemOf = (error: unknown): ApiProblem =>
  error instanceof ApiProblem
    ? error
    : new ApiProblem('failed', error instanceof Error ? error.message : String(error));
