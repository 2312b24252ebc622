type Environment = Readonly<Record<string, string | undefined>>;
/** The full path of a command on the PATH; `null` if it is not there. */
export declare function findOnPath(command: string, env?: Environment): string | null;
/** Java of JAVA_HOME, else of the PATH. Errors: {@link LocalStackError} that says how to get one. */
export declare function findJava(env?: Environment): Promise<string>;
/** `openjdk version "17.0.15"` → 17; `java version "1.8.0_392"` → 8. */
export declare function javaMajor(versionText: string): number | null;
/** Errors: {@link LocalStackError} that says how to get it. */
export declare function findMaven(env?: Environment): string;
export {};
