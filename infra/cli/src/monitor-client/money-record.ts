import { z } from 'zod';
import { recordBytesMax } from './limits.ts';

/** What names a record of contract 0, for people. The rest is sent as it came. */
export interface RecordName {
  /** `pid.aid` */
  readonly account: string;
  readonly platformOrder: string;
}

const id = z.union([
  z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, 'is not 1 to 32 of A-Z a-z 0-9 _ -'),
  z.int('is not a whole number or text').nonnegative(),
]);

/**
 * The form only: what a price may be, and which accounts there are, the server says. A field that
 * this does not know goes with the others, for a server that does.
 */
const recordSchema = z.looseObject({
  ...{ pid: id, aid: id, payway: z.string().min(1), channel: z.string().min(1) },
  price: z.union([z.number(), z.string().regex(/^\d+(\.\d+)?$/, 'is no amount such as 10.00')]),
  platformOrder: z.string().min(1).max(64),
  rawPayload: z.string(),
});

export type ReadRecord =
  | { readonly kind: 'record'; readonly name: RecordName }
  | { readonly kind: 'malformed'; readonly problem: string };

/** Reads one record. The text itself stays what is sent: writing it anew could change its price. */
export function readRecord(text: string): ReadRecord {
  if (Buffer.byteLength(text) > recordBytesMax)
    return malformed(`has more than ${recordBytesMax} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return malformed('is not JSON');
  }
  const parsed = recordSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.') ?? '';
    return malformed(field === '' ? 'is no JSON object' : `${field}: ${issue?.message ?? ''}`);
  }
  const { pid, aid, platformOrder } = parsed.data;
  return { kind: 'record', name: { account: `${pid}.${aid}`, platformOrder } };
}

const malformed = (problem: string): ReadRecord => ({ kind: 'malformed', problem });
