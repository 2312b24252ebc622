import type { EndpointSettings } from '@plumbline/events';
import { formatMajor } from '@plumbline/kernel';
import { PostgresDown } from '@plumbline/postgres';
import type { EndpointSecrets } from '@plumbline/vault';
import { endpointRemovedCode } from '../domain/notification/attempts.ts';
import type { ToldNotification } from '../deliveries/due-index.ts';
import type { LaneSettings } from '../lanes/lane-settings.ts';
import type { DueDelivery, Prepared } from '../worker/port.ts';
import type { NotificationContent } from './body.ts';
import { eventBody, flatBody } from './body.ts';
import { secretsMax } from './limits.ts';
import { parseWebhookSecret, signWebhook } from './signature.ts';
import { BodyTooLarge, renderTemplate } from './template.ts';
import { formatOfType } from './template-format.ts';

export interface PrepareOptions {
  readonly secrets: Pick<EndpointSecrets, 'signing'>;
  /** Signs what goes to a URL that has no endpoint; `null` where nothing does. */
  readonly ownSecret: string | null;
  /** Wall clock, epoch ms. */
  readonly nowMs: () => number;
}

/** As the index of notifications keeps it for a lane. */
export interface LaneEndpoint extends EndpointSettings {
  readonly tenant: string;
  readonly secretId: string | null;
}

export const contentOf = (told: ToldNotification): NotificationContent => {
  const { content, sequence, notificationId } = told;
  const { type, paymentId, orderNo, amountMinor, currency, status, refundId, tenant } = content;
  const { paymentMethod, transactionId, occurredAt, data } = content;
  return {
    ...{ notificationId, type, paymentId: paymentId ?? '', orderNo, currency, status },
    // An amount whose currency nobody said has two decimals (contract 2).
    amount: amountMinor === null ? '' : formatMajor(amountMinor, currency ?? 'CNY'),
    ...{ paymentMethod, transactionId, refundId, occurredAtMs: occurredAt, tenant },
    ...{ sequence: Number(sequence), dataJson: data },
  };
};

export interface Body {
  readonly contentType: string;
  readonly text: string;
}

const typeOf = {
  JSON: 'application/json',
  FORM: 'application/x-www-form-urlencoded',
} as const;

/** Contract 2's body where the caller named a URL. */
const flatJson = (content: NotificationContent): Body => ({
  contentType: typeOf.JSON,
  text: flatBody(content, { format: 'JSON' }),
});

/**
 * The body of a notification to an endpoint: by its template for the channel, or the one for all
 * others; else flat or as an event. What is not about a payment is always an event.
 *
 * Errors: BodyTooLarge.
 */
export function bodyOf(
  content: NotificationContent,
  settings: EndpointSettings,
  secret: string | null,
): Body {
  const { templates, bodyStyle, bodyEncoding, signatureField } = settings;
  const own = templates.find(({ payWay }) => payWay === content.paymentMethod);
  const template = own ?? templates.find(({ payWay }) => payWay === null);
  if (content.dataJson === null && template !== undefined) {
    const { contentType } = template;
    const format = formatOfType(contentType);
    return { contentType, text: renderTemplate(template.text, content, { format }) };
  }
  const isEvent = bodyStyle !== 'FLAT' || content.dataJson !== null;
  if (isEvent) return { contentType: typeOf.JSON, text: eventBody(content) };
  const format = bodyEncoding === 'FORM' ? 'FORM' : 'JSON';
  const bytes = signatureField && secret !== null ? parseWebhookSecret(secret) : null;
  const signed = bytes === null ? {} : { signWith: bytes };
  return { contentType: typeOf[format], text: flatBody(content, { format, ...signed }) };
}

/** Makes the request of an attempt from what the log says, and the endpoint's secrets. */
export function createPrepare(options: PrepareOptions) {
  const { ownSecret, nowMs } = options;

  function ready(url: string, body: Body, id: string, secrets: readonly string[]): Prepared {
    const bytes = Buffer.from(body.text, 'utf8');
    const timestampSeconds = Math.floor(nowMs() / 1_000);
    const signing = secrets.slice(0, secretsMax);
    const signed =
      signing.length === 0
        ? { 'webhook-id': id, 'webhook-timestamp': String(timestampSeconds) }
        : { ...signWebhook({ secrets: signing, id, timestampSeconds, body: bytes }) };
    const headers = { 'content-type': body.contentType, 'user-agent': 'plumbline', ...signed };
    return { kind: 'ready', url, headers, body: bytes };
  }

  return async (due: DueDelivery, settings: LaneSettings | null): Promise<Prepared> => {
    // The store holds nothing else.
    const told = due.notification as ToldNotification;
    const { notificationId, endpointId, callbackUrl } = told;
    const content = contentOf(told);
    if (endpointId === null) {
      const secrets = ownSecret === null ? [] : [ownSecret];
      return ready(callbackUrl ?? '', flatJson(content), notificationId, secrets);
    }
    if (settings === null) {
      const message = 'the endpoint was removed';
      return { kind: 'undeliverable', code: endpointRemovedCode, message };
    }
    const endpoint = settings.settings as LaneEndpoint;
    try {
      const secrets = await options.secrets.signing(endpointId, endpoint.secretId);
      // Nothing goes out unsigned where the merchant was given a secret.
      if (secrets.length === 0)
        return { kind: 'later', why: 'the endpoint has no secret yet, or it was erased' };
      const body = bodyOf(content, endpoint, secrets[0] ?? null);
      return ready(endpoint.url, body, notificationId, secrets);
    } catch (error) {
      if (error instanceof PostgresDown)
        return { kind: 'later', why: 'the secrets of the endpoint cannot be read now' };
      if (error instanceof BodyTooLarge)
        return { kind: 'undeliverable', code: 'BODY_TOO_LARGE', message: error.message };
      throw error;
    }
  };
}
