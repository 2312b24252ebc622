import type { Stack } from '@plumbline/local';
import { silentLogger } from '@plumbline/observability';
import { openRedis } from '@plumbline/redis';

/** Makes Redis forget everything. Errors: it is away. */
export async function forgetAll({ redisUrl }: Pick<Stack, 'redisUrl'>): Promise<void> {
  const redis = openRedis({ url: redisUrl, logger: silentLogger });
  try {
    await redis.run((client) => client.flushall());
  } finally {
    await redis.close();
  }
}
