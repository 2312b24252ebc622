/** Contract 0's ids are short numbers; what may stand in a path, a stream and a key. */
export const idForm = /^[A-Za-z0-9_-]{1,32}$/;

/** What people and clients call something: an account, a channel, a pay way, a client. */
export const nameCharsMax = 64;
