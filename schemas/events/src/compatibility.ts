import { avroType } from './avro-types.ts';

/**
 * What keeps one schema from reading the other's records, in both directions; empty when nothing
 * does (FULL). Checked against every released version it is FULL_TRANSITIVE.
 */
export function compatibilityProblems(released: string, current: string): readonly string[] {
  return [
    ...problemOf({ reader: current, writer: released, direction: 'the new code, old records' }),
    ...problemOf({ reader: released, writer: current, direction: 'the old code, new records' }),
  ];
}

function problemOf(check: { reader: string; writer: string; direction: string }): string[] {
  const reader = avroType(check.reader);
  const writer = avroType(check.writer);
  try {
    reader.createResolver(writer);
    return [];
  } catch (error) {
    return [`${check.direction}: ${error instanceof Error ? error.message : String(error)}`];
  }
}
