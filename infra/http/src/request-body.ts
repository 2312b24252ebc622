import type { NextFunction, Request, RequestHandler, Response } from 'express';
import express from 'express';
import { problem } from './errors.ts';
import { bodyBytesMax } from './limits.ts';
import type { Route } from './route.ts';

/** The handlers that read a route's body, or none: a body nobody asked for is not read. */
export function bodyReader(route: Route): readonly RequestHandler[] {
  if (!route.hasBody) return [];
  const read = express.raw({
    type: () => true,
    limit: route.request.bodyBytesMax ?? bodyBytesMax,
    // A compressed body could be a thousand times its size; no client of ours needs it.
    inflate: false,
  });
  if (route.request.rawBody) return [read];
  return [route.request.form ? refuseButFormsAndJson : refuseButJson, read];
}

function refuseButJson(request: Request, _response: Response, next: NextFunction): void {
  refuseOtherTypes(request, /^application\/([\w.+-]+\+)?json$/);
  next();
}

function refuseButFormsAndJson(request: Request, _response: Response, next: NextFunction): void {
  refuseOtherTypes(request, /^application\/(([\w.+-]+\+)?json|x-www-form-urlencoded)$/);
  next();
}

function refuseOtherTypes(request: Request, types: RegExp): void {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  if (!types.test(type) || !isUtf8) throw problem('UNSUPPORTED_MEDIA_TYPE');
}
