import { logDepthMax, logEntriesMax, logTextMax, secretCharactersMin } from './limits.ts';

/** What a secret is replaced by. */
export const mask = '***';

/** Compared with a key in lower case without its punctuation: `X-Api-Key` is `xapikey`. */
const secretKey =
  /authori[sz]ation|passw|passphrase|secret|signature|apikey|cookie|token|credential|privatekey|^(sign|pwd|auth)$/;

/** `postgres://user:password@host`: wherever it stands, the password goes. */
const passwordInUrl = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]+@/gi;

const known = new Set<string>();
let searched: readonly string[] = [];

/**
 * From now on this value is masked wherever it stands in a log line, also in its URL-encoded form.
 * Values below {@link secretCharactersMin} characters are masked only under secret-looking keys.
 */
export function registerSecret(value: string): void {
  if (value.length < secretCharactersMin) return;
  known.add(value).add(encodeURIComponent(value));
  // The longest first: a secret that contains another one must not leave its rest behind.
  searched = [...known].sort((a, b) => b.length - a.length);
}

export function isSecretKey(key: string): boolean {
  return secretKey.test(key.toLowerCase().replace(/[^a-z0-9]/g, ''));
}

/** A text without known secrets and passwords in URLs, cut to {@link logTextMax}. */
export function redactText(text: string): string {
  let clean = text;
  for (const secret of searched) clean = clean.replaceAll(secret, mask);
  clean = clean.replace(passwordInUrl, `$1:${mask}@`);
  return clean.length > logTextMax ? `${clean.slice(0, logTextMax)}… (cut)` : clean;
}

/**
 * A value as JSON can show it and without secrets: values of secret-looking keys are masked at any
 * depth, errors become name, message and stack, bigints text. Never throws, never loops.
 */
export function redact(value: unknown): unknown {
  return show(value, 0, new Set());
}

function show(value: unknown, depth: number, above: Set<object>): unknown {
  switch (typeof value) {
    case 'string':
      return redactText(value);
    case 'bigint':
      return value.toString();
    case 'function':
    case 'symbol':
      return `[${typeof value}]`;
    case 'object':
      return value === null ? null : showObject(value, depth, above);
    case 'boolean':
    case 'number':
    case 'undefined':
      return value;
  }
}

function showObject(value: object, depth: number, above: Set<object>): unknown {
  if (above.has(value)) return '[circular]';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= logDepthMax) return Array.isArray(value) ? '[list]' : '[object]';
  above.add(value);
  const shown = showEntries(value, depth, above);
  above.delete(value);
  return shown;
}

function showEntries(value: object, depth: number, above: Set<object>): unknown {
  if (value instanceof Error) return showError(value, depth, above);
  if (value instanceof Map) {
    return showEntries(
      Object.fromEntries([...value].map(([key, item]) => [String(key), item as unknown])),
      depth,
      above,
    );
  }
  if (Array.isArray(value) || value instanceof Set) {
    const items = [...(value as Iterable<unknown>)];
    const shown = items.slice(0, logEntriesMax).map((item) => show(item, depth + 1, above));
    return items.length > logEntriesMax
      ? [...shown, `… ${items.length - logEntriesMax} more`]
      : shown;
  }
  const shown: Record<string, unknown> = {};
  for (const key of Object.keys(value).slice(0, logEntriesMax)) {
    shown[redactText(key)] = isSecretKey(key) ? mask : show(read(value, key), depth + 1, above);
  }
  return shown;
}

function showError(error: Error, depth: number, above: Set<object>): unknown {
  const shown: Record<string, unknown> = {
    name: error.name,
    message: redactText(error.message),
  };
  if (error.stack !== undefined) shown['stack'] = redactText(error.stack);
  for (const key of Object.keys(error)) {
    if (key in shown) continue;
    shown[key] = isSecretKey(key) ? mask : show(read(error, key), depth + 1, above);
  }
  if (error.cause !== undefined) shown['cause'] = show(error.cause, depth + 1, above);
  if (error instanceof AggregateError) shown['errors'] = show(error.errors, depth + 1, above);
  return shown;
}

/** A getter that throws must not take the log line with it. */
function read(from: object, key: string): unknown {
  try {
    return (from as Record<string, unknown>)[key];
  } catch {
    return '[unreadable]';
  }
}
