import { Undecodable, UnknownSchemaId } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import { CorruptRecord } from '@plumbline/kafka';
import type { Finding } from './finding.ts';

/** A record that could not be decoded. Errors: what is no fault of it, such as a registry that is away. */
export function unreadable(record: LogRecord, error: unknown): Finding {
  if (!(error instanceof Undecodable) && !(error instanceof UnknownSchemaId)) throw error;
  const { topic, partition, offset, key } = record;
  const at = { topic, partition, offset };
  return { kind: 'UNREADABLE', at, about: key?.toString('utf8') ?? '', what: error.message };
}

/** What a reading stopped at, of which the message says where. Errors: all others. */
export function corrupt(about: string, error: unknown): Finding {
  if (!(error instanceof CorruptRecord)) throw error;
  const what = `nothing from here on can be read: ${error.message}`;
  return { kind: 'CORRUPT', at: null, about, what };
}
