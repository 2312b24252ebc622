import { type Report } from './report.ts';
export interface Artifact {
    readonly groupId: string;
    readonly artifactId: string;
    readonly version: string;
    readonly type?: string;
    readonly classifier?: string;
}
export interface ServerFiles {
    /** Folder in the cache, with its version in the name: `kafka-4.1.0`. */
    readonly name: string;
    readonly part: string;
    readonly title: string;
    /** Copies the artifacts with what they need at run time, or unpacks the one archive. */
    readonly how: {
        readonly kind: 'copy';
        readonly artifacts: readonly Artifact[];
    } | {
        readonly kind: 'unpack';
        readonly artifact: Artifact;
        readonly only?: string;
    };
}
export interface FetchOptions {
    readonly cacheFolder: string;
    readonly report: Report;
    readonly signal?: AbortSignal;
}
/**
 * The folder of a server's files, fetched through Maven if it is not in the cache. It is filled
 * under another name and renamed when complete, so that an interrupted download is never taken for
 * a whole one, and two that run at once do not disturb each other.
 *
 * Errors: {@link LocalStackError} with the last lines of Maven.
 */
export declare function fetchServer(files: ServerFiles, options: FetchOptions): Promise<string>;
export declare function pomOf(artifacts: readonly Artifact[]): string;
