import type { Route } from '@plumbline/http';
import { defineRoute, errorDocsPath } from '@plumbline/http';
import { z } from 'zod';
import { merchantErrorCodes, problem } from './merchant-errors.ts';

const table: Readonly<Record<string, { readonly status: number; readonly description: string }>> =
  merchantErrorCodes;

/** Where an error's `doc_url` leads. It needs no credential: an error can be about the credential. */
export const explainError: Route = defineRoute({
  method: 'get',
  path: `${errorDocsPath}:code`,
  summary: 'Explains an error code of the merchant API',
  request: {
    params: z.strictObject({ code: z.string().regex(/^[A-Z0-9_]{3,64}$/, 'is no code') }),
  },
  responses: {
    200: {
      description: 'What it means and what to do about it',
      schema: z.strictObject({ code: z.string(), status: z.number(), description: z.string() }),
    },
  },
  handler: ({ params: { code } }) => {
    const found = Object.hasOwn(table, code) ? table[code] : undefined;
    if (found === undefined) throw problem('NOT_FOUND');
    return { status: 200, body: { code, ...found } };
  },
});
