/** Rows of one query of a list that may be long: 1.5 MB, some tens of milliseconds. */
export const activePageRows = 10_000;
