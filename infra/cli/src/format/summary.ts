import { formatMajor, isCurrencyCode } from '@plumbline/kernel';
import { fieldCharactersMax } from '../limits.ts';
import { jsonText } from '../session/output.ts';

/** What a line about a record need not repeat: its key says it, or nobody reads it. */
const leftOut = new Set([
  'orderNo',
  'tenant',
  'fingerprint',
  'currency',
  'commandIncarnation',
  'originIncarnation',
  'headers',
  'value',
  'key',
]);

/** 2001 in epoch ms: numbers from there on are times in every field that we have. */
const firstTimeMs = 1_000_000_000_000;

/** `status=ACCEPTED amount=99.90 CNY items=2`: the fields of a record in one line. */
export function summaryOf(data: object): string {
  const fields = Object.entries(data) as readonly (readonly [string, unknown])[];
  const currency = fields.find(([name]) => name === 'currency')?.[1];
  return fields
    .filter(([name, value]) => !leftOut.has(name) && value !== null)
    .map(([name, value]) => fieldOf(name, value, typeof currency === 'string' ? currency : null))
    .join(' ');
}

function fieldOf(name: string, value: unknown, currency: string | null): string {
  if (typeof value === 'bigint' && name.endsWith('Minor') && currency !== null)
    return `${name.slice(0, -'Minor'.length)}=${amountText(value, currency)}`;
  return `${name}=${shortened(valueText(value))}`;
}

export const amountText = (amountMinor: bigint, currency: string): string =>
  amountMinor >= 0n && isCurrencyCode(currency)
    ? `${formatMajor(amountMinor, currency)} ${currency}`
    : `${amountMinor.toString()} minor units`;

/** Times as dates, lists by their length. */
export function valueText(value: unknown): string {
  if (Array.isArray(value)) return String(value.length);
  if (typeof value === 'number' && value >= firstTimeMs) return new Date(value).toISOString();
  if (Buffer.isBuffer(value)) return `${value.length} bytes`;
  if (typeof value === 'object' && value !== null) return jsonText(value);
  return printable(String(value));
}

/** What would move the cursor of a terminal, or end a page, is not what it says. */
export const printable = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- these are what it is about
  text.replaceAll(/[\0-\x1f\x7f-\x9f\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, '\uFFFD');

const shortened = (text: string): string =>
  text.length <= fieldCharactersMax ? text : `${text.slice(0, fieldCharactersMax - 1)}…`;
