import { ConfigError, parseConfig, secretValuesOf } from '@plumbline/config';
import { createLogger, registerSecret } from '@plumbline/observability';
import { schema } from './config.ts';
import { openSimulator } from './wiring.ts';

try {
  const config = parseConfig(schema, process.env);
  for (const secret of secretValuesOf(schema, config)) registerSecret(secret);
  const service = 'gateway-simulator';
  const logger = createLogger({ service, level: config.PLUMBLINE_LOG_LEVEL });
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  const simulator = await openSimulator(config, { logger });
  logger.info('listening', { url: simulator.url });
  await stopped;
  logger.info('stopping');
  await simulator.close();
  logger.info('stopped');
  process.exit(0);
} catch (error) {
  const isConfig = error instanceof ConfigError;
  const text = error instanceof Error ? (isConfig ? error.message : error.stack) : String(error);
  process.stderr.write(`gateway-simulator: ${text ?? 'failed'}\n`);
  process.exit(isConfig ? 2 : 1);
}
