/** How long the keys before a new one are good as well: a day to reach the phone, a month at most. */
export const overlapSeconds = { default: 86_400, max: 30 * 86_400 } as const;
