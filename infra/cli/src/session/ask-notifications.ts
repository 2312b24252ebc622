import { z } from 'zod';
import type { ServiceCall } from './call-service.ts';
import { callService, platformHeaders } from './call-service.ts';
import type { Session } from './session.ts';

/** Its path is below `/api/v1`, its answer what stands under `data`. */
export type NotificationsCall<T> = ServiceCall<T>;

/**
 * What the notifications process answers. Asks as the app of PLUMBLINE_API_KEY where it is set, else
 * as somebody of the platform. Errors: those of {@link callService}.
 */
export async function askNotifications<T>(
  { config, signal }: Pick<Session, 'config' | 'signal'>,
  call: NotificationsCall<T>,
): Promise<T> {
  const service = {
    ...{ what: 'The notifications process', variable: 'PLUMBLINE_NOTIFICATIONS_URL' },
    address: config.PLUMBLINE_NOTIFICATIONS_URL,
    keyVariables: 'PLUMBLINE_API_KEY or PLUMBLINE_SERVICE_KEY',
  };
  const { PLUMBLINE_API_KEY: apiKey } = config;
  const caller =
    apiKey === undefined ? platformHeaders(config) : { Authorization: `Bearer ${apiKey}` };
  const { data } = await callService({ signal }, service, {
    ...{ ...call, path: `/api/v1${call.path}`, headers: { ...caller, ...call.headers } },
    answer: z.object({ data: call.answer }),
  });
  return data;
}
