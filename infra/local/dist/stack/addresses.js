import { loopback, postgresCredentials, registryApiPath, } from "../stack-definition.js";
export function addressesOf(ports) {
    const { user, password, database } = postgresCredentials;
    return {
        kafka: `${loopback}:${ports.kafka}`,
        registryUrl: `http://${loopback}:${ports.registry}${registryApiPath}`,
        postgresUrl: `postgres://${user}:${password}@${loopback}:${ports.postgres}/${database}`,
        redisUrl: `redis://${loopback}:${ports.redis}`,
    };
}
//# sourceMappingURL=addresses.js.map