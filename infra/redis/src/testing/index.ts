export type { Switch } from './test-redis.ts';
export { createSwitch, createSwitchedOff, testRedisUrl } from './test-redis.ts';
