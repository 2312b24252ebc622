import type { z } from 'zod';
import { policiesView, remediesPage, remedyWithHistoryView } from '../http/remedy-views.ts';
import type { Asking } from './ask.ts';
import { read } from './ask.ts';
import type { Reading } from './queries.ts';
import type { Service } from './service.ts';

type Query = NonNullable<Asking<unknown>['query']>;

const asking = ({ context, position }: Reading) => ({
  context,
  headers: { 'plumbline-position': position },
});

export const readRemedies = (
  queries: Service,
  query: Query,
  reading: Reading,
): Promise<z.output<typeof remediesPage>> =>
  read(queries, { ...asking(reading), path: '/remedies', query, answer: remediesPage });

/** Errors: REMEDY_NOT_FOUND. */
export const readRemedy = (
  queries: Service,
  remedyId: string,
  reading: Reading,
): Promise<z.output<typeof remedyWithHistoryView>> =>
  read(queries, {
    ...{ ...asking(reading), path: `/remedies/${encodeURIComponent(remedyId)}` },
    ...{ answer: remedyWithHistoryView, refusals: { REMEDY_NOT_FOUND: 'REMEDY_NOT_FOUND' } },
  });

export const readPolicies = (
  queries: Service,
  query: Query,
  reading: Reading,
): Promise<z.output<typeof policiesView>> =>
  read(queries, { ...asking(reading), path: '/policies', query, answer: policiesView });
