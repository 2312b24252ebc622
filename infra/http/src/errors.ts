import { z } from 'zod';

export interface ErrorCode {
  readonly status: number;
  /** What it means to a client and what to do about it; shown in the documentation. */
  readonly description: string;
}

export type ErrorCodes = Readonly<Record<string, ErrorCode>>;

/** A closed table of codes: UPPER_SNAKE_CASE, each with its HTTP status. */
export function defineErrorCodes<const T extends ErrorCodes>(table: T): T {
  for (const [code, { status }] of Object.entries(table)) {
    const fits = /^[A-Z][A-Z0-9_]{2,63}$/.test(code) && status >= 400 && status <= 599;
    if (!fits) throw new Error(`${code}: a code is UPPER_SNAKE_CASE, its status 400 to 599`);
  }
  return table;
}

/** The codes that any edge can answer. Services add theirs to it. */
export const commonErrorCodes = defineErrorCodes({
  MALFORMED_JSON: {
    status: 400,
    description: 'The body is not JSON in UTF-8, or has a key twice. Mend it.',
  },
  MALFORMED_FORM: {
    status: 400,
    description: 'The body is not form-encoded UTF-8, or has a field twice. Mend it.',
  },
  INVALID_PARAMETER: {
    status: 400,
    description: 'A field is missing, unknown or not what it must be; the message names it.',
  },
  UNAUTHENTICATED: {
    status: 401,
    description: 'The credential or signature is missing or wrong.',
  },
  FORBIDDEN: { status: 403, description: 'The credential is right and does not allow this.' },
  RATE_LIMITED: {
    status: 429,
    description: 'Too many calls. Nothing was done; try again after Retry-After.',
  },
  NOT_FOUND: { status: 404, description: 'There is nothing at this path.' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    description: 'The path exists, the method does not; the Allow header lists those that do.',
  },
  BODY_TOO_LARGE: { status: 413, description: 'The body is larger than this call takes.' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    description: 'The body is not of a type that this call takes, in UTF-8, or is compressed.',
  },
  UPGRADE_REQUIRED: {
    status: 426,
    description: 'The path speaks another protocol: that of the Upgrade header.',
  },
  COMMAND_REJECTED: {
    status: 422,
    description: 'The command was refused for a reason that this version cannot name better.',
  },
  INTERNAL_ERROR: {
    status: 500,
    description: 'A defect of ours; the log has it under the correlation id of the answer.',
  },
  COMMAND_NOT_PROCESSED: {
    status: 500,
    description: 'The command could not be processed and is kept as a dead letter for an operator.',
  },
  OVERLOADED: {
    status: 503,
    description: 'Too much is under way. Nothing was written; try again after Retry-After.',
  },
  OUTCOME_PENDING: {
    status: 503,
    description: 'The command is durable and not decided yet. Repeat it to learn the outcome.',
  },
  OUTCOME_UNKNOWN: {
    status: 503,
    description: 'The command may or may not be durable. Repeat it with the same key.',
  },
  DEPENDENCY_DOWN: {
    status: 503,
    description: 'Something this needs does not answer. Nothing was written; try again.',
  },
});

/** Those of an edge that asks a decider and reads a read model of it, beside the common ones. */
export const deciderErrorCodes = defineErrorCodes({
  COMMAND_ID_REUSED: {
    status: 409,
    description: 'A command id came again with other content. Ids are made here: a defect of ours.',
  },
  READ_MODEL_BEHIND: {
    status: 503,
    description: 'It exists and the read model does not show it yet. Try again.',
  },
});

/** An error that is answered as it stands. Thrown by handlers; everything else becomes a 500. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly code: string;
  /** Carried by error bodies that have room for it, such as {@link detailErrors}. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    problem: {
      readonly status: number;
      readonly code: string;
      readonly message: string;
    } & ProblemExtras,
  ) {
    super(problem.message, problem.cause === undefined ? {} : { cause: problem.cause });
    this.status = problem.status;
    this.code = problem.code;
    this.details = problem.details ?? {};
    this.headers = problem.headers ?? {};
  }
}

export interface ProblemExtras {
  readonly details?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** `const problem = problemsOf(codes); throw problem('PAYMENT_NOT_FOUND', 'no payment …')`. */
export function problemsOf<T extends ErrorCodes>(table: T) {
  return (code: keyof T & string, message?: string, extras: ProblemExtras = {}): HttpProblem => {
    const known = (table as ErrorCodes)[code];
    if (!known) throw new Error(`${code} is not in the table of error codes`);
    const { status, description } = known;
    return new HttpProblem({ status, code, message: message ?? description, ...extras });
  };
}

/** A problem of the common table. */
export const problem = problemsOf(commonErrorCodes);

/** What a caller over its limit is told; `Retry-After` is in whole seconds, at least one. */
export function tooManyCalls(retryAfterMs: number): HttpProblem {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return problem('RATE_LIMITED', undefined, { headers: { 'Retry-After': String(seconds) } });
}

/** What the body of an error looks like: contracts differ. */
export interface ErrorBody {
  /** `requestId`: that of the answer's headers. */
  render(problem: HttpProblem, requestId: string): unknown;
  readonly schema: z.ZodType;
}

/** Contract 1: `{"code","message"}` and no data. */
export const envelopeErrors: ErrorBody = {
  render: ({ code, message }) => ({ code, message }),
  schema: z.strictObject({ code: z.string(), message: z.string() }),
};

/**
 * Contract 4: `{"detail"}`, a text a client can show, beside what a program needs: the code, the
 * field that is wrong, where the code is explained, the id of the request, and whatever else there is.
 */
export const detailErrors: ErrorBody = {
  render: ({ code, message, details }, requestId) => ({
    ...details,
    detail: message,
    code,
    param: typeof details['param'] === 'string' ? details['param'] : null,
    doc_url: `${errorDocsPath}${code}`,
    request_id: requestId,
  }),
  schema: z.looseObject({
    detail: z.string(),
    code: z.string(),
    param: z.string().nullable().describe('The field that is wrong'),
    doc_url: z.string().describe('Where the code is explained, on the same host'),
    request_id: z.string(),
  }),
};

/** Each edge explains its codes there. */
export const errorDocsPath = '/docs/errors/';

/** Contract 1's success. */
export const ok = <T>(data: T) => ({ code: '00000', message: 'success', data }) as const;

export const okSchema = <S extends z.ZodType>(data: S) =>
  z.strictObject({ code: z.literal('00000'), message: z.literal('success'), data });
