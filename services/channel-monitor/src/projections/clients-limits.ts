/** More clients than anybody looks through; a merchant has a phone or two for each account. */
export const clientsListedMax = 1_000;
