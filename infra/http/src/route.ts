import type { z } from 'zod';
import type { ErrorBody } from './errors.ts';
import { HttpProblem, problem } from './errors.ts';
import type { EventStream, Streaming } from './event-stream.ts';
import { isForm, parseFormBody } from './form-body.ts';
import { parseJsonBody } from './json.ts';
import type { RequestContext } from './request-context.ts';
import { refuseOpenObjects } from './strictness.ts';
import type { UpgradeAt, Upgraded } from './upgrade.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export interface RouteResponse {
  readonly status: number;
  /** JSON; `undefined` for an empty body; a Buffer for bytes of the Content-Type in `headers`. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * With status 101: the connection goes to `take`, which answers in the protocol's own way. A
   * request that did not ask for an upgrade is refused with 426.
   */
  readonly upgrade?: { readonly protocol: string; readonly take: (at: UpgradeAt) => Upgraded };
  /** With status 200: the answer is `text/event-stream`, goes on, and is written by who takes it. */
  readonly stream?: (stream: EventStream) => Streaming;
}

/** A request before anything about it is believed. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The bytes as they came; empty when there were none. */
  readonly rawBody: Buffer;
  readonly context: RequestContext;
}

export interface RouteInput<P, Q, B, H> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly headers: H;
  /** The bytes as they came, for signatures. */
  readonly rawBody: Buffer;
  readonly context: RequestContext;
}

export interface ResponseSpec {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Its body is `text/event-stream`. */
  readonly isStream?: true;
}

export interface RouteSpec<P, Q, B, H> {
  readonly method: Method;
  /** As in express: `/payments/:payNo`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** What is not given is not read. Objects must be strict all the way down; headers need not be. */
  readonly request: {
    readonly params?: P;
    readonly query?: Q;
    readonly body?: B;
    /** By lower-case names. */
    readonly headers?: H;
    /** Takes any content type and leaves the bytes to the handler: for signed webhooks. */
    readonly rawBody?: true;
    /** Takes a form-encoded body beside JSON: an object of texts, for the same schema. */
    readonly form?: true;
    readonly bodyBytesMax?: number;
  };
  readonly responses: Readonly<Record<number, ResponseSpec>>;
  /**
   * Runs before the request is validated, so that a stranger learns nothing about its fields.
   * Returns the actor, such as `api:demo_app`, and whom it found; throws an {@link HttpProblem} to
   * refuse.
   */
  readonly authenticate?: (request: RawRequest) => Authenticated | Promise<Authenticated>;
  /** For the documentation: what `authenticate` reads. */
  readonly security?: 'bearer';
  /** Overrides the process's body of errors for this route. */
  readonly errorBody?: ErrorBody;
  handler(
    input: RouteInput<Parsed<P>, Parsed<Q>, Parsed<B>, Parsed<H>>,
  ): RouteResponse | Promise<RouteResponse>;
}

type Parsed<S> = S extends z.ZodType ? z.output<S> : unknown;

/** Whom a request comes from. */
export interface Authenticated {
  readonly actor: string;
  readonly principal: unknown;
}

/** A route whose types have served their purpose. */
export interface Route extends Omit<
  RouteSpec<z.ZodType, z.ZodType, z.ZodType, z.ZodType>,
  'handler'
> {
  readonly hasBody: boolean;
  run(request: RawRequest): Promise<RouteResponse>;
}

/**
 * One call of an edge: what it takes, what it answers, what it does. Everything is validated with
 * zod before the handler sees it; unknown fields are refused.
 *
 * Errors of the definition itself are thrown at once: an object that would let unknown fields pass.
 */
export function defineRoute<
  P extends z.ZodType = z.ZodUnknown,
  Q extends z.ZodType = z.ZodUnknown,
  B extends z.ZodType = z.ZodUnknown,
  H extends z.ZodType = z.ZodUnknown,
>(spec: RouteSpec<P, Q, B, H>): Route {
  const name = `${spec.method.toUpperCase()} ${spec.path}`;
  for (const part of ['params', 'query', 'body'] as const) {
    const schema = spec.request[part];
    if (schema) refuseOpenObjects(`${name} ${part}`, schema);
  }
  return {
    ...spec,
    hasBody: spec.request.body !== undefined || spec.request.rawBody === true,
    run: async (raw) => {
      const found = await spec.authenticate?.(raw);
      const context = { ...raw.context, ...found };
      const json = spec.request.body ? bodyOf(raw, spec.request.form === true) : undefined;
      const wrong: Wrong[] = [];
      const params = parsePart(spec.request.params, raw.params, '', wrong);
      const query = parsePart(spec.request.query, raw.query, '', wrong);
      const body = parsePart(spec.request.body, json, 'the body', wrong);
      const headers = parsePart(spec.request.headers, raw.headers, '', wrong);
      if (wrong.length > 0) throw invalid(wrong);
      // Each part is the output of its own schema by now, which the compiler cannot follow.
      return spec.handler({
        params,
        query,
        body,
        headers,
        rawBody: raw.rawBody,
        context,
      } as never);
    },
  };
}

const bodyOf = ({ headers, rawBody }: RawRequest, takesForms: boolean): unknown =>
  takesForms && isForm(headers['content-type']) ? parseFormBody(rawBody) : parseJsonBody(rawBody);

function parsePart(
  schema: z.ZodType | undefined,
  value: unknown,
  whole: string,
  wrong: Wrong[],
): unknown {
  if (!schema) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  wrong.push(...parsed.error.issues.map((issue) => wrongBy(issue, whole)));
  return undefined;
}

interface Wrong {
  /** Path of the field; null where it is the whole that is wrong. */
  readonly param: string | null;
  readonly what: string;
}

function invalid(wrong: readonly Wrong[]): HttpProblem {
  const param = wrong.find((each) => each.param !== null)?.param ?? null;
  const details = param === null ? {} : { param };
  return problem('INVALID_PARAMETER', wrong.map(({ what }) => what).join('; '), { details });
}

function wrongBy(issue: z.core.$ZodIssue, whole: string): Wrong {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const inside = path === '' ? '' : ` in ${path}`;
    const what = `unknown field ${issue.keys.map((key) => `"${key}"`).join(', ')}${inside}`;
    return { param: issue.keys[0] ?? null, what };
  }
  const what = `${path || whole || 'the request'}: ${plainMessage(issue.message)}`;
  return { param: path === '' ? null : path, what };
}

/** zod's wording without what only we know: that numbers are kept as text. */
function plainMessage(message: string): string {
  return message
    .replace(/^Invalid input: expected \w+, received undefined$/, 'is required')
    .replace(/^Invalid input: e/, 'e')
    .replace('LosslessNumber', 'number');
}

/** Whether an error was meant for the client. */
export const isProblem = (error: unknown): error is HttpProblem => error instanceof HttpProblem;
