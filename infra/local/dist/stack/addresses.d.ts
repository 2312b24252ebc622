import { type StackPorts } from '../stack-definition.ts';
/** Where the parts answer. */
export interface StackAddresses {
    /** `host:port` */
    readonly kafka: string;
    /** With the path of the Confluent-compatible API. */
    readonly registryUrl: string;
    /** With user, password and database of the platform. */
    readonly postgresUrl: string;
    readonly redisUrl: string;
}
export declare function addressesOf(ports: StackPorts): StackAddresses;
