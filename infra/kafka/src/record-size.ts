import { NotCommitted } from './errors.ts';
import { recordBytesMax } from './limits.ts';
import type { OutgoingRecord } from './log.ts';
import { recordBytes } from './wire/encode-batch.ts';

/** Why a record cannot be sent at all: no broker with its default limits would take it. */
export function refusalOf(record: OutgoingRecord): NotCommitted | null {
  const bytes = recordBytes(record);
  if (bytes <= recordBytesMax) return null;
  const where = `${record.topic}-${record.partition}`;
  return new NotCommitted(`A record of ${bytes} bytes for ${where}: at most ${recordBytesMax} go`);
}
