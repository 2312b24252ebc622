import type { z } from 'zod';
import type { ErrorBody } from './errors.ts';
import type { ResponseSpec, Route } from './route.ts';
import { jsonSchemaOf } from './strictness.ts';

type JsonObject = Record<string, unknown>;

/** An OpenAPI 3.1 document from the routes themselves, so that it cannot disagree with them. */
export function openApiOf(options: {
  readonly service: string;
  readonly version: string;
  readonly routes: readonly Route[];
  readonly errorBody: ErrorBody;
}): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const route of options.routes) {
    const path = openApiPath(route.path);
    paths[path] = { ...paths[path], [route.method]: operationOf(route, options.errorBody) };
  }
  return {
    openapi: '3.1.0',
    info: { title: options.service, version: options.version },
    paths,
    ...(options.routes.some(({ security }) => security === 'bearer') && {
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    }),
  };
}

export const openApiPath = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

function contentOf(body: z.ZodType, takesForms: boolean): JsonObject {
  const schema = jsonSchemaOf(body, 'input');
  const forms = takesForms ? { 'application/x-www-form-urlencoded': { schema } } : {};
  return { ...forms, 'application/json': { schema } };
}

function operationOf(route: Route, errorBody: ErrorBody): JsonObject {
  const { params, query, headers, body, rawBody, form } = route.request;
  const parameters = [
    ...parametersOf('path', params),
    ...parametersOf('query', query),
    ...parametersOf('header', headers),
  ];
  const content = body ? contentOf(body, form === true) : { '*/*': { schema: {} } };
  return {
    summary: route.summary,
    ...(route.description !== undefined && { description: route.description }),
    ...(parameters.length > 0 && { parameters }),
    ...((body !== undefined || rawBody) && {
      requestBody: { required: body !== undefined, content },
    }),
    ...(route.security !== undefined && { security: [{ [route.security]: [] }] }),
    responses: responsesOf(route, route.errorBody ?? errorBody),
  };
}

function parametersOf(where: 'path' | 'query' | 'header', schema: z.ZodType | undefined) {
  if (!schema) return [];
  const object = jsonSchemaOf(schema, 'input');
  const required = Array.isArray(object['required']) ? object['required'] : [];
  const properties = (object['properties'] ?? {}) as Record<string, JsonObject>;
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
  }));
}

/** What every route can answer beside what it declares. */
const errorsOfAll: Readonly<Record<number, string>> = {
  400: 'Malformed or invalid request',
  500: 'A defect of ours',
  503: 'Try again: overloaded, undecided, unknown or a dependency is down',
};
const errorsOfKnown: Readonly<Record<number, string>> = {
  401: 'The credential is missing or wrong',
  403: 'The credential does not allow this',
  429: 'Too many calls: try again after Retry-After',
};
const errorsOfBodies: Readonly<Record<number, string>> = {
  413: 'Body too large',
  415: 'Not JSON in UTF-8',
};

function responsesOf(route: Route, errorBody: ErrorBody): JsonObject {
  const errorSchema = jsonSchemaOf(errorBody.schema, 'output');
  const responses: JsonObject = { default: responseOf('Any other error', errorSchema) };
  const general = {
    ...errorsOfAll,
    ...(route.hasBody && errorsOfBodies),
    ...(route.security !== undefined && errorsOfKnown),
  };
  for (const [status, description] of Object.entries(general)) {
    responses[status] = responseOf(description, errorSchema);
  }
  for (const [status, spec] of Object.entries(route.responses)) {
    const schema = schemaOf(spec, Number(status), errorSchema);
    responses[status] = spec.isStream
      ? { description: spec.description, content: streamContent }
      : responseOf(spec.description, schema);
  }
  return responses;
}

function schemaOf(spec: ResponseSpec, status: number, errorSchema: JsonObject) {
  if (spec.schema) return jsonSchemaOf(spec.schema, 'output');
  return status >= 400 ? errorSchema : undefined;
}

const streamContent: JsonObject = { 'text/event-stream': { schema: { type: 'string' } } };

const responseOf = (description: string, schema: JsonObject | undefined): JsonObject => ({
  description,
  ...(schema && { content: { 'application/json': { schema } } }),
});
