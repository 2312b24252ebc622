import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Express, Response } from 'express';
import express from 'express';
import { assetMaxAgeSeconds } from './limits.ts';

export interface PageOptions {
  /** With `index.html` and `assets/`, whose names change with what is in them. */
  readonly folder: string;
  /** Paths that the page's own router knows; with `/:` for what may be below. */
  readonly paths: readonly string[];
  /** Begin of the paths of calls, about which the page says nothing. */
  readonly calls: string;
}

/**
 * Everything of its own origin, nothing inline, no frame around it. Its WebSocket is of its origin
 * too, which `'self'` covers (CSP 3, section 6.7.2.8).
 */
const pagePolicy =
  "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/**
 * Serves a page that was built before, beside the calls of a process. `null` where it was not built.
 * Whatever is neither a file of the page nor one of its paths is left to others; who goes there with
 * a browser is shown so by the page.
 */
export function servePage({ folder, paths, calls }: PageOptions): ((app: Express) => void) | null {
  const index = join(folder, 'index.html');
  if (!existsSync(index)) return null;
  const files = { index: false, redirect: false, dotfiles: 'ignore' } as const;
  const asPage = (response: Response): void => {
    response.set({ 'Content-Security-Policy': pagePolicy, 'Cache-Control': 'no-cache' });
  };
  const asAsset = (response: Response): void => {
    response.set({ 'Cache-Control': `public, max-age=${assetMaxAgeSeconds}, immutable` });
  };
  return (app) => {
    app.use('/assets', express.static(join(folder, 'assets'), { ...files, setHeaders: asAsset }));
    app.use(express.static(folder, { ...files, setHeaders: asPage }));
    app.get([...paths], (_request, response) => {
      asPage(response);
      response.sendFile(index, { cacheControl: false });
    });
    app.use((request, response, next) => {
      // Only a browser that goes somewhere prefers HTML: a program, a script or an image does not.
      const isVisit = request.accepts(['json', 'html']) === 'html';
      if (request.method !== 'GET' || !isVisit || request.path.startsWith(calls)) {
        next();
        return;
      }
      asPage(response);
      response.status(404).sendFile(index, { cacheControl: false });
    });
  };
}
