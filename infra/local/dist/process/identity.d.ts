/**
 * A process that may have been started by another run of the tool. A pid alone is not enough: the
 * kernel gives it to somebody else later, who must not be signalled.
 */
export interface ProcessIdentity {
    readonly pid: number;
    /** When it started, as the system says it; compared and never read. */
    readonly startToken: string;
}
/** The start token of a living process; `null` if there is none (a zombie counts as none). */
export declare function startTokenOf(pid: number): string | null;
export declare const isAlive: (of: ProcessIdentity) => boolean;
/** This process, for lock files. */
export declare const ownIdentity: () => ProcessIdentity;
/** Sends a signal if the process still is the same one. False if it is gone. */
export declare function signal(to: ProcessIdentity, name: NodeJS.Signals): boolean;
/** True if it ended within the time. */
export declare function waitUntilGone(of: ProcessIdentity, timeoutMs: number): Promise<boolean>;
/** How a process ended: by itself, after the polite signal, or by force. */
export type Ending = 'gone' | 'stopped' | 'killed';
/** Polite signal first, then SIGKILL. Errors: a plain Error if not even that ended it. */
export declare function stopProcess(target: ProcessIdentity, options: {
    readonly signal: NodeJS.Signals;
    readonly timeoutMs: number;
}): Promise<Ending>;
