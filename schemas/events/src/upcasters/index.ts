import { gatewayCallbackRecorded } from './gateway-callback-recorded.ts';

/**
 * One old shape to the next. Avro's own rules fill a field that an old writer did not know with its
 * default; where the right value follows from the rest of the record, an upcaster puts it there.
 */
export interface Upcaster {
  /** Full name of the record. */
  readonly record: string;
  /** Runs for records whose writer's schema lacks this field. */
  readonly missingField: string;
  /** Gets the record with defaults filled in; returns the fields to put in their place. */
  fill(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
}

/** In the order in which they run. How to add one: docs/schema-evolution.md. */
export const upcasters: readonly Upcaster[] = [gatewayCallbackRecorded];
