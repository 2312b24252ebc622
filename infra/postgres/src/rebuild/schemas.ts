import type { Projection } from '../projection.ts';
import { schemaOf } from '../projection.ts';

type Named = Pick<Projection, 'name' | 'version'>;

/** Where a rebuild is under way, or waits to be resumed. */
export const nextSchemaOf = (projection: Named): string => `${schemaOf(projection)}_next`;

/** What was live before the last swap, as it stood then. */
export const oldSchemaOf = (projection: Named): string => `${schemaOf(projection)}_old`;

/** One rebuild, or going back, of a read model at a time. */
export const rebuildLockOf = (schema: string): string => `rebuild ${schema}`;

/** Taken alone to swap, and shared by whoever needs the name to mean the same tables for long. */
export const swapLockOf = (schema: string): string => `swap ${schema}`;
