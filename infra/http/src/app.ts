import type { Logger, Metrics } from '@plumbline/observability';
import { withCorrelation } from '@plumbline/observability';
import type { Express, NextFunction, Request, Response } from 'express';
import express from 'express';
import type { ErrorBody } from './errors.ts';
import { envelopeErrors, problem } from './errors.ts';
import { handStream, isStreamed } from './event-stream.ts';
import type { HealthChecks } from './health.ts';
import { readinessOf } from './health.ts';
import { renderJson } from './json.ts';
import { openApiOf } from './openapi.ts';
import { problemOfError } from './problem-of-error.ts';
import { bodyReader } from './request-body.ts';
import type { RequestContext } from './request-context.ts';
import { contextOf } from './request-context.ts';
import type { Route, RouteResponse } from './route.ts';
import { bySpecificity, isPathOf, isSystemPath, methodsAt } from './route-table.ts';
import { handOver } from './upgrade.ts';

export interface HttpAppOptions {
  readonly service: string;
  readonly version: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly routes: readonly Route[];
  readonly health: HealthChecks;
  /** Whoever sends it may say for whom it asks; nobody may without one. */
  readonly serviceKey?: string | null;
  /** The body of errors; {@link envelopeErrors} unless given. A route can have its own. */
  readonly errorBody?: ErrorBody | ((path: string) => ErrorBody);
  /** Checks answers against the declared schemas: a mismatch is a 500. For tests and local runs. */
  readonly checkResponses?: boolean;
  /** What has to be there for any call below a path, one that there is not included. */
  readonly gate?: Gate;
  /** For what is no JSON call: pages, event streams. Runs before unknown paths are refused. */
  readonly mount?: (app: Express) => void;
}

export interface Gate {
  /** Begin of the paths, such as `/api/`. */
  readonly under: string;
  /** Rejects with the problem to answer; before anything of the call but its head is read. */
  pass(): Promise<void>;
}

interface Served {
  readonly context: RequestContext;
  readonly startedAt: bigint;
  /** The route's template, for metrics: paths themselves have ids in them. */
  template: string;
  code: string | null;
  errorBody: ErrorBody | null;
}

/**
 * An express application with everything each of our processes answers: health, metrics, its own
 * description, errors in one shape, a log line and a measurement per request.
 */
export function createHttpApp(options: HttpAppOptions): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.enable('case sensitive routing').enable('strict routing');
  const served = new WeakMap<Request, Served>();
  const servedOf = (request: Request): Served => {
    const found = served.get(request);
    if (!found) throw new Error('a request that went past the first middleware');
    return found;
  };

  app.use(entry(options, served));
  systemEndpoints(app, options);
  const { gate } = options;
  if (gate !== undefined) {
    app.use(async (request: Request, _response: Response, next: NextFunction) => {
      if (request.path.startsWith(gate.under)) await gate.pass();
      next();
    });
  }
  const routes = bySpecificity(options.routes);
  for (const route of routes) {
    const seen = (request: Request, _response: Response, next: NextFunction): void => {
      if (!isPathOf(route, request.path, routes)) {
        next('route');
        return;
      }
      const here = servedOf(request);
      here.template = route.path;
      here.errorBody = route.errorBody ?? null;
      next();
    };
    const run = async (request: Request, response: Response): Promise<void> => {
      const answer = await runRoute(route, request, servedOf(request).context);
      if (options.checkResponses) checkAnswer(route, answer);
      if (answer.upgrade !== undefined) upgrade(request, response, answer.upgrade);
      else if (answer.stream !== undefined) stream(request, response, answer);
      else send(response, answer);
    };
    app[route.method](route.path, seen, ...bodyReader(route), run);
  }
  options.mount?.(app);
  app.use((request: Request, response: Response) => {
    const allowed = methodsAt(request.path, routes);
    if (allowed.length === 0) throw problem('NOT_FOUND');
    const headers = { Allow: allowed.join(', ') };
    if (request.method !== 'OPTIONS') throw problem('METHOD_NOT_ALLOWED', undefined, { headers });
    send(response, { status: 204, headers });
  });
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    answerError(options, { error, request, response, served: servedOf(request) });
  });
  return app;
}

/** Names the request, hardens its answer, and writes it down once it has ended. */
function entry(options: HttpAppOptions, served: WeakMap<Request, Served>) {
  const seconds = options.metrics.histogram({
    name: 'plumbline_http_request_seconds',
    help: 'Duration of HTTP requests',
    labels: ['method', 'route', 'status'],
  });
  return (request: Request, response: Response, next: NextFunction): void => {
    const here: Served = {
      context: contextOf(request.headers, options.serviceKey),
      startedAt: process.hrtime.bigint(),
      template: 'unmatched',
      code: null,
      errorBody: null,
    };
    served.set(request, here);
    const { correlationId, traceparent } = here.context;
    response.set({
      'X-Correlation-Id': correlationId,
      'X-Request-Id': correlationId,
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
    });
    const { method, path } = request;
    response.once('close', () => {
      const took = Number(process.hrtime.bigint() - here.startedAt) / 1e9;
      const isAnswered =
        response.writableFinished || response.statusCode === 101 || isStreamed(response);
      const status = isAnswered ? response.statusCode : 499;
      seconds.observe(took, { method, route: here.template, status });
      const fields = { method, path, status, durationMs: Math.round(took * 1e3), correlationId };
      const quiet = here.template === 'system' ? 'debug' : 'info';
      options.logger[quiet]('request', { ...fields, ...(here.code && { code: here.code }) });
    });
    if (isSystemPath(path)) here.template = 'system';
    withCorrelation({ correlationId, traceparent }, next);
  };
}

function systemEndpoints(app: Express, options: HttpAppOptions): void {
  const errorBody = errorBodyAt(options, '/');
  const description = openApiOf({ ...options, errorBody });
  app.get('/livez', (_request, response) => {
    send(response, { status: 200, body: { status: 'alive' } });
  });
  app.get('/readyz', async (_request, response) => {
    const { ready, checks } = await readinessOf(options.health);
    const status = ready ? 'ready' : 'not ready';
    send(response, { status: ready ? 200 : 503, body: { status, checks } });
  });
  app.get('/actuator/health', async (_request, response) => {
    const { ready } = await readinessOf(options.health);
    send(response, { status: ready ? 200 : 503, body: { status: ready ? 'UP' : 'DOWN' } });
  });
  app.get('/metrics', async (_request, response) => {
    response.set('Content-Type', options.metrics.contentType);
    response.end(await options.metrics.text());
  });
  app.get('/openapi.json', (_request, response) => {
    send(response, { status: 200, body: description });
  });
}

function runRoute(route: Route, request: Request, context: RequestContext): Promise<RouteResponse> {
  const body: unknown = request.body;
  return route.run({
    method: request.method,
    path: request.path,
    params: request.params,
    query: request.query,
    headers: request.headers,
    rawBody: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    context,
  });
}

function upgrade(
  request: Request,
  response: Response,
  { protocol, take }: NonNullable<RouteResponse['upgrade']>,
): void {
  if (handOver(request, response, take)) return;
  const headers = { Upgrade: protocol, Connection: 'Upgrade' };
  throw problem('UPGRADE_REQUIRED', undefined, { headers });
}

function stream(request: Request, response: Response, answer: RouteResponse): void {
  if (answer.stream === undefined) return;
  response.status(answer.status).set({ ...answer.headers });
  handStream(request, response, answer.stream);
}

function checkAnswer(route: Route, answer: RouteResponse): void {
  const declared = route.responses[answer.status];
  if (!declared)
    throw new Error(`${route.method} ${route.path} does not declare status ${answer.status}`);
  const issues = declared.schema?.safeParse(answer.body).error?.issues ?? [];
  const [first] = issues;
  if (first)
    throw new Error(
      `${route.method} ${route.path} answers ${answer.status} with a body it does not declare: ` +
        `${first.path.map(String).join('.')}: ${first.message}`,
    );
}

function answerError(
  options: HttpAppOptions,
  at: {
    readonly error: unknown;
    readonly request: Request;
    readonly response: Response;
    readonly served: Served;
  },
): void {
  const { error, request, response, served } = at;
  const found = problemOfError(error);
  served.code = found.code;
  if (found.status >= 500) {
    const { correlationId } = served.context;
    const fields = { code: found.code, path: request.path, correlationId, error };
    const severity = found.code === 'INTERNAL_ERROR' ? 'error' : 'warn';
    options.logger[severity]('request failed', fields);
  }
  if (response.headersSent) {
    // Half an answer must not look like a whole one.
    request.socket.destroy();
    return;
  }
  const errorBody = served.errorBody ?? errorBodyAt(options, request.path);
  const body = errorBody.render(found, served.context.correlationId);
  send(response, { status: found.status, body, headers: found.headers });
}

function errorBodyAt(options: HttpAppOptions, path: string): ErrorBody {
  const { errorBody } = options;
  return (typeof errorBody === 'function' ? errorBody(path) : errorBody) ?? envelopeErrors;
}

function send(response: Response, answer: RouteResponse): void {
  response.status(answer.status);
  response.set({ ...answer.headers });
  if (answer.body === undefined) {
    response.end();
    return;
  }
  if (Buffer.isBuffer(answer.body)) {
    response.end(answer.body);
    return;
  }
  const text = renderJson(answer.body);
  if (!response.hasHeader('Content-Type'))
    response.set('Content-Type', 'application/json; charset=utf-8');
  response.set('Content-Length', String(Buffer.byteLength(text)));
  response.end(text);
}
