import { type ProcessIdentity } from '../process/identity.ts';
import type { Report } from '../report.ts';
/** Who works on a stack; written to its lock file. */
export interface LockHolder extends ProcessIdentity {
    /** Such as `stack up`; shown to whoever comes second. */
    readonly purpose: string;
}
export interface Lock {
    release(): Promise<void>;
}
/**
 * One process at a time starts or stops the parts of a home. The lock of a process that is gone is
 * taken over.
 *
 * Errors: {@link LocalStackError} that names the holder.
 */
export declare function takeLock(options: {
    readonly file: string;
    readonly purpose: string;
    readonly report: Report;
}): Promise<Lock>;
/** `null` when there is none, or it is not readable, as after a crash in the middle of writing. */
export declare function readHolder(file: string): Promise<LockHolder | null>;
