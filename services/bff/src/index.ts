export type { BffConfig } from './config.ts';
export { schema as bffConfig } from './config.ts';
export { bffErrorCodes } from './http/error-codes.ts';
export type { Access, Caller } from './http/authorise.ts';
export { authorised, sessionOf } from './http/authorise.ts';
export type { Person, Role } from './identity/person.ts';
export { personIdOf } from './identity/person.ts';
export type { Session, Sessions } from './sessions/sessions.ts';
export { openBff } from './wiring.ts';
