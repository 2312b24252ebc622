import type { LocalConfig } from '../config.ts';
import { type Report } from '../report.ts';
import { type PartName } from '../stack-definition.ts';
import { type StackAddresses } from './addresses.ts';
/** What `stack` does: servers that go on after the command has ended. */
interface Options {
    readonly config: LocalConfig;
    readonly report: Report;
    readonly signal?: AbortSignal;
}
/**
 * Starts what does not run, and returns when every part is healthy. While it works, the parts it
 * started end with it, even by SIGKILL; only when all are healthy are they let go.
 */
export declare function stackUp(options: Options): Promise<StackAddresses>;
export declare function stackDown(options: Options): Promise<void>;
export type PartHealth = 'healthy' | 'not answering' | 'dead' | 'not started';
export interface StackStatus {
    readonly home: string;
    /** Who holds the stack, when it ends together with a process such as `start`. */
    readonly heldBy: string | null;
    readonly parts: readonly PartStatus[];
    /** `null` unless every part is healthy. */
    readonly addresses: StackAddresses | null;
}
export interface PartStatus {
    readonly name: PartName;
    readonly health: PartHealth;
    readonly port: number;
    readonly pid: number | null;
    readonly detail: string;
    readonly logFile: string;
}
/** Asks every part; changes nothing. */
export declare function stackStatus(options: Options): Promise<StackStatus>;
/** Stops the stack and deletes its data and logs: the whole log of events is gone then. */
export declare function stackReset(options: Options): Promise<void>;
/** What `reset` would delete, for the question before it; empty if there is nothing. */
export declare function dataOf(options: Options): Promise<readonly string[]>;
export {};
