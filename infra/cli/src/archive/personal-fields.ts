import { avroType } from '@plumbline/events';
import { encryptedOrDigest, isEncryptedText } from '@plumbline/kernel';
import type { ArchivedValue } from './record-bytes.ts';

const known = new Map<string, ReadonlySet<string>>();

/** Names of the fields that a schema marks as personal, wherever in it they stand. */
function personalFieldsOf(schemaJson: string): ReadonlySet<string> {
  const before = known.get(schemaJson);
  if (before !== undefined) return before;
  const names = new Set<string>();
  JSON.parse(schemaJson, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('pii' in value)) return value;
    if (value.pii === true && 'name' in value && typeof value.name === 'string')
      names.add(value.name);
    return value;
  });
  known.set(schemaJson, names);
  return names;
}

/** What is shown in place of a personal field, encrypted or not. */
export const mask = '(personal)';

/** Data by its schema, as it may be shown: without personal fields, and without encrypted text. */
export const shownData = (data: unknown, schemaJson: string): unknown =>
  changed(data, {
    personal: personalFieldsOf(schemaJson),
    inPlace: () => mask,
    elsewhere: (text) => (isEncryptedText(text) ? mask : text),
  });

/**
 * A value whose personal fields are not in the clear. Ciphertext stays as it is, bytes and hashes with
 * it; text that a version before wrote in the clear becomes its digest, in the form of ciphertext.
 */
export function maskedValue(value: ArchivedValue): ArchivedValue {
  if (value.kind !== 'record') return value;
  const { schema } = value.schema;
  const personal = personalFieldsOf(schema);
  if (personal.size === 0) return value;
  const type = avroType(schema);
  const same = (text: string): string => text;
  const data = changed(type.fromBuffer(value.body), {
    ...{ personal, inPlace: encryptedOrDigest, elsewhere: same },
  });
  const body = type.toBuffer(data);
  return body.equals(value.body) ? value : { ...value, body };
}

interface Change {
  readonly personal: ReadonlySet<string>;
  inPlace(text: string): string;
  elsewhere(text: string): string;
}

function changed(data: unknown, change: Change): unknown {
  if (typeof data === 'string') return change.elsewhere(data);
  if (Array.isArray(data)) return data.map((each) => changed(each, change));
  if (typeof data !== 'object' || data === null || Buffer.isBuffer(data)) return data;
  return Object.fromEntries(
    Object.entries(data).map(([name, value]: [string, unknown]) => [
      name,
      change.personal.has(name) && typeof value === 'string'
        ? change.inPlace(value)
        : changed(value, change),
    ]),
  );
}
