import type { PartName } from '../stack-definition.ts';
import { kafkaPart } from './kafka.ts';
import type { Part } from './part.ts';
import { postgresPart } from './postgres.ts';
import { redisPart } from './redis.ts';
import { registryPart } from './registry.ts';

export const allParts: Readonly<Record<PartName, Part>> = {
  kafka: kafkaPart,
  registry: registryPart,
  postgres: postgresPart,
  redis: redisPart,
};
