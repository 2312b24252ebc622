import { problem } from './errors.ts';

const formType = 'application/x-www-form-urlencoded';

export const isForm = (contentType: string | string[] | undefined): boolean =>
  typeof contentType === 'string' && contentType.split(';')[0]?.trim().toLowerCase() === formType;

/**
 * Parses a form-encoded body (WHATWG URL, application/x-www-form-urlencoded) to an object of texts.
 * Stricter than browsers: what cannot be decoded is refused, not replaced.
 *
 * Errors: MALFORMED_FORM for an escape that is none, for anything that is not UTF-8, for a field
 * without a name, that stands twice, or is called `__proto__`.
 */
export function parseFormBody(bytes: Uint8Array): Readonly<Record<string, string>> {
  if (bytes.length === 0) throw problem('MALFORMED_FORM', 'the body is empty');
  const fields = new Map<string, string>();
  for (const part of decodedUtf8(bytes).split('&')) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const [name, value] = at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
    const field = decodedPart(name, 'a field name');
    if (field === '' || field === '__proto__')
      throw problem('MALFORMED_FORM', `a field cannot be called ${JSON.stringify(field)}`);
    if (fields.has(field)) throw problem('MALFORMED_FORM', `the field ${field} stands twice`);
    fields.set(field, decodedPart(value, field));
  }
  return Object.fromEntries(fields);
}

function decodedUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw problem('MALFORMED_FORM', 'the body is not UTF-8', { cause });
  }
}

function decodedPart(text: string, what: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    const message = `${what}: what is percent-encoded must be two hex digits each, of UTF-8`;
    throw problem('MALFORMED_FORM', message, { cause });
  }
}
