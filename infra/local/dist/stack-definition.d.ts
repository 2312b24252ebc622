/**
 * What the local stack consists of: versions, images, coordinates, ports and settings. The compose
 * file is compared with this page by a test, so that both give the same four parts.
 */
export declare const partNames: readonly ["kafka", "registry", "postgres", "redis"];
export type PartName = (typeof partNames)[number];
/** How people call them. */
export declare const partTitles: Readonly<Record<PartName, string>>;
export declare const images: Readonly<Record<PartName, string>>;
export interface StackPorts {
    readonly kafka: number;
    /** Where the one Kafka node talks to itself as its own KRaft controller. */
    readonly kafkaController: number;
    readonly registry: number;
    readonly postgres: number;
    readonly redis: number;
}
/** Chosen not to clash with what people already run. */
export declare const defaultPorts: StackPorts;
export declare const portVariables: Readonly<Record<keyof StackPorts, string>>;
/** Every server listens here only: the stack has well-known credentials. */
export declare const loopback = "127.0.0.1";
export declare const postgresCredentials: {
    readonly superuser: "postgres";
    readonly user: "plumbline";
    readonly password: "local";
    readonly database: "plumbline";
};
/** Schema ids must stay readable by the newest and the oldest code: docs/formats.md. */
export declare const compatibilityLevel = "FULL_TRANSITIVE";
export declare const registryApiPath = "/apis/ccompat/v7";
/** Broker settings that do not depend on ports or folders. */
export declare const kafkaSettings: Readonly<Record<string, string>>;
export declare const kafkaHeap: string[];
export declare const registryHeap: string[];
export declare const postgresSettings: Readonly<Record<string, string>>;
export declare const redisSettings: Readonly<Record<string, string>>;
/** Apicurio's settings that do not depend on addresses. `sql` would forget schema ids at a restart. */
export declare const registrySettings: Readonly<Record<string, string>>;
export declare const mavenArtifacts: {
    readonly kafka: readonly [{
        readonly groupId: "org.apache.kafka";
        readonly artifactId: "kafka_2.13";
        readonly version: "4.1.0";
    }, {
        readonly groupId: "org.apache.logging.log4j";
        readonly artifactId: "log4j-slf4j-impl";
        readonly version: "2.24.3";
    }];
    readonly registry: {
        readonly groupId: "io.apicurio";
        readonly artifactId: "apicurio-registry-app";
        readonly version: "3.0.9";
        readonly type: "tar.gz";
        readonly classifier: "all";
    };
    readonly redis: {
        readonly groupId: "com.github.codemonstur";
        readonly artifactId: "embedded-redis";
        readonly version: "1.4.4";
    };
};
/** 3.x wants a parent POM of Apicurio's that Maven Central does not have. */
export declare const mavenDependencyPlugin = "org.apache.maven.plugins:maven-dependency-plugin:2.10";
/** The file inside the Redis jar, by `<platform>-<arch>` of Node. */
export declare const redisBinaries: Readonly<Record<string, string>>;
