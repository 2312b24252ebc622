/**
 * How long a callback waits for its payment. Gateways repeat theirs for a day or three; a log that is
 * restored or imported is behind reality by hours. After a week nobody creates that payment any more.
 */
export const parkedForMs = 7 * 86_400_000;

/**
 * Callbacks kept of one number, the first that came. One is the rule and a second one may say
 * otherwise; at up to 44 KiB each, encrypted, eight stay below the largest record of 1 MiB.
 */
export const parkedPerPaymentMax = 8;

/**
 * Numbers that wait on one partition. Only who has the gateway's key can send any, and ours exist
 * before a gateway knows them: 1,000 of about 1 KiB are 1 MiB, and more are an attack.
 */
export const parkedPaymentsMax = 1_000;
