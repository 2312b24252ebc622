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
  return route.request.rawBody ? [read] : [refuseOtherTypes, read];
}

function refuseOtherTypes(request: Request, _response: Response, next: NextFunction): void {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  const isJson = /^application\/([\w.+-]+\+)?json$/.test(type);
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  if (!isJson || !isUtf8) throw problem('UNSUPPORTED_MEDIA_TYPE');
  next();
}
