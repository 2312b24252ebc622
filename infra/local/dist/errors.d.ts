/**
 * The stack cannot do what was asked, for a reason that a person can act upon. The message says what
 * to do; it is shown without a stack trace.
 */
export declare class LocalStackError extends Error {
    readonly name = "LocalStackError";
}
export declare const messageOf: (error: unknown) => string;
/** The code of a Node system error (`ENOENT`, `EADDRINUSE`, …), or an empty text. */
export declare const codeOf: (error: unknown) => string;
