export { isRedisDown, RedisDown } from './errors.ts';
export type { Redis, RedisClient, RedisOptions, Script } from './open-redis.ts';
export { openRedis } from './open-redis.ts';
export type { RateLimit, RateLimitOptions, RateVerdict } from './rate-limit.ts';
export { createRateLimit } from './rate-limit.ts';
