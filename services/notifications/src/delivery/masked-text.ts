/** Names of fields whose values nobody should read in a list of deliveries. */
const secretField =
  /("?[\w-]*(?:passw|secret|token|authori[sz]ation|api[_-]?key|cookie|cvv|cvc)[\w-]*"?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|[^\s,;&}]+)/gi;

/** Thirteen to nineteen digits, with or without spaces: what a card number looks like (ISO/IEC 7812). */
const cardNumber = /\b\d(?:[ -]?\d){12,18}\b/g;

/**
 * The beginning of an answer as it may be kept: text, whatever bytes came, without what looks like a
 * secret or a card number. It helps people who look for a mistake; it is no promise.
 */
export const maskedText = (bytes: Buffer): string =>
  bytes
    .toString('utf8')
    .replace(secretField, '$1"***"')
    .replace(cardNumber, (digits) => `${'*'.repeat(digits.length - 4)}${digits.slice(-4)}`);
