/** What a process left that died while it wrote is removed once it is so old: none takes longer. */
export const leftoverMs = 60_000;
