/** A file that was being written when its process died is removed once it is so old: none takes longer. */
export const leftoverMs = 60_000;
