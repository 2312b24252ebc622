export interface RegistryAccess {
    /** Base of the Confluent-compatible API, such as `http://127.0.0.1:18081/apis/ccompat/v7`. */
    readonly registryUrl: string;
    readonly auth?: {
        readonly username: string;
        readonly password: string;
    };
}
/**
 * Sets the global compatibility level and reads it back. It must happen before the first schema is
 * registered: a registry begins with a level that lets everything pass.
 *
 * Errors: {@link LocalStackError} when the registry refuses or says another level afterwards.
 */
export declare function ensureRegistry(access: RegistryAccess): Promise<void>;
