import { monitorCallMs } from '../limits.ts';
import type { ServiceCall } from './call-service.ts';
import { callService, platformHeaders } from './call-service.ts';
import type { Session } from './session.ts';

/**
 * What the channel monitor answers somebody of the platform; paths are below `/api/monitor`. Errors:
 * those of {@link callService}.
 */
export const askMonitor = <T>(
  { config, signal }: Pick<Session, 'config' | 'signal'>,
  call: ServiceCall<T>,
): Promise<T> =>
  callService(
    { signal },
    {
      ...{ what: 'The channel monitor', variable: 'PLUMBLINE_CHANNEL_MONITOR_URL' },
      address: config.PLUMBLINE_CHANNEL_MONITOR_URL,
      keyVariables: 'PLUMBLINE_SERVICE_KEY',
    },
    {
      ...{ timeoutMs: monitorCallMs, ...call, path: `/api/monitor${call.path}` },
      headers: { ...platformHeaders(config), ...call.headers },
    },
  );
