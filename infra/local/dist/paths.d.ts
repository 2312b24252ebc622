/** `src` and `dist` stand at the same depth, so this holds for both. */
export declare const repositoryFolder: string;
export declare const defaultHome: string;
/** Downloads stay outside the repository, so that a second clone finds them. */
export declare function defaultCacheFolder(env: Readonly<Record<string, string | undefined>>): string;
/** The folders of one stack. */
export interface HomeFolders {
    readonly home: string;
    readonly data: string;
    readonly logs: string;
    readonly conf: string;
    readonly runFile: string;
    readonly lockFile: string;
}
export declare const foldersOf: (home: string) => HomeFolders;
