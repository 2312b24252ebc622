import type { CallbackStatus, GatewayAnswer } from '@plumbline/events';

/** What a callback is remembered as. */
export const seenStatusOf = ({ result }: GatewayAnswer): CallbackStatus =>
  result === 'PAID' ? 'SUCCESS' : result === 'FAILED' || result === 'CLOSED' ? 'FAILED' : 'UNKNOWN';
