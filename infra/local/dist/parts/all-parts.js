import { kafkaPart } from "./kafka.js";
import { postgresPart } from "./postgres.js";
import { redisPart } from "./redis.js";
import { registryPart } from "./registry.js";
export const allParts = {
    kafka: kafkaPart,
    registry: registryPart,
    postgres: postgresPart,
    redis: redisPart,
};
//# sourceMappingURL=all-parts.js.map