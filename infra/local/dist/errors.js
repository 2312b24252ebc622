/**
 * The stack cannot do what was asked, for a reason that a person can act upon. The message says what
 * to do; it is shown without a stack trace.
 */
export class LocalStackError extends Error {
    name = 'LocalStackError';
}
export const messageOf = (error) => error instanceof Error ? error.message : String(error);
/** The code of a Node system error (`ENOENT`, `EADDRINUSE`, …), or an empty text. */
export const codeOf = (error) => error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
//# sourceMappingURL=errors.js.map