import { createHmac } from 'node:crypto';
import { isSameText } from '@plumbline/http';
import type { GatewayHttpRequest, GatewayHttpResponse, RequestContext } from '../port.ts';

const hmac = (secret: string, parts: readonly (string | Buffer)[]): string => {
  const mac = createHmac('sha256', secret);
  for (const part of parts) mac.update(part);
  return mac.digest('hex');
};

/** Lower-case hex HMAC-SHA256 over method, path with query, timestamp, nonce and body. */
export const requestSignature = (
  { method, path, body }: Omit<GatewayHttpRequest, 'headers'>,
  { nowMs, nonce }: RequestContext,
  secret: string,
): string => hmac(secret, [`${method}\n${path}\n${nowMs}\n${nonce}\n`, body]);

/** Lower-case hex HMAC-SHA256 over status, the request's nonce and body. */
export const answerSignature = (
  { status, body }: Omit<GatewayHttpResponse, 'headers'>,
  { nonce }: Pick<RequestContext, 'nonce'>,
  secret: string,
): string => hmac(secret, [`${status}\n${nonce}\n`, body]);

export function isAnswerSigned(
  response: GatewayHttpResponse,
  context: RequestContext,
  secret: string,
): boolean {
  const given = response.headers['x-mock-signature'] ?? '';
  return isSameText(given, answerSignature(response, context, secret));
}
