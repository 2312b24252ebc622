/**
 * How far a request's timestamp may be from the clock here, either way: clocks of phones that ask
 * the network are right within seconds, a queued call that is tried again takes a minute or two.
 * Standard Webhooks, by which we notify merchants, allows the same.
 */
export const clockDifferenceMaxMs = 300_000;

/**
 * How long a used nonce is remembered. A request can be dated 300 s ahead and is taken until 300 s
 * after its date: 600 s; and a minute for processes whose clocks differ. A client that makes 10
 * calls a second has 6,600 of about 120 bytes in Redis: 0.8 MB.
 */
export const nonceKeptMs = 2 * clockDifferenceMaxMs + 60_000;

/** Characters of a nonce: 8 at least, as short ones are soon used twice; a UUID has 36. */
export const nonceCharacters = { min: 8, max: 64 } as const;

/** Characters of a client's id: it is part of keys in Redis. */
export const clientIdCharactersMax = 64;

/** Digits of a timestamp in seconds: 10 until the year 2286; 13 would be milliseconds. */
export const timestampDigits = 10;

/** Characters of a token, as of an API key of the merchant API. */
export const tokenCharactersMax = 256;

/**
 * Keys of one client that a signature is tried with: two during a rotation, and those that were
 * revoked lately, so that their holder is told what is wrong. Each takes 2 µs.
 */
export const keysTriedMax = 8;
