import { unreachable } from '@plumbline/kernel';
import mustache from 'mustache';
import type { NotificationContent } from './body.ts';
import { timestampOf } from './body.ts';
import * as limits from './limits.ts';

export type TemplateFormat = 'JSON' | 'FORM' | 'TEXT';

/**
 * What a template may name, and whether it may be missing. All are text; of a missing one a variable
 * writes nothing, and a section leaves out what is in it.
 */
export const templateFields = {
  notificationId: 'always',
  type: 'always',
  paymentId: 'always',
  orderNo: 'always',
  amount: 'always',
  currency: 'may be missing',
  status: 'always',
  paymentMethod: 'may be missing',
  transactionId: 'may be missing',
  refundId: 'may be missing',
  timestamp: 'always',
  occurredAtMs: 'always',
  sequence: 'always',
  tenant: 'always',
  dataJson: 'may be missing',
} as const satisfies Readonly<Record<string, 'always' | 'may be missing'>>;
export type TemplateField = keyof typeof templateFields;

export const isTemplateField = (name: string): name is TemplateField =>
  Object.hasOwn(templateFields, name);

/** A value for each field; `''`: missing. */
export type TemplateView = Readonly<Record<TemplateField, string>>;

export const viewOf = (content: NotificationContent): TemplateView => ({
  notificationId: content.notificationId,
  type: content.type,
  paymentId: content.paymentId,
  orderNo: content.orderNo,
  amount: content.amount,
  currency: content.currency ?? '',
  status: content.status,
  paymentMethod: content.paymentMethod ?? '',
  transactionId: content.transactionId ?? '',
  refundId: content.refundId ?? '',
  timestamp: timestampOf(content),
  occurredAtMs: String(content.occurredAtMs),
  sequence: String(content.sequence),
  tenant: content.tenant,
  dataJson: content.dataJson ?? '',
});

/** More bytes than a body may have: these fields are too large for this template. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/**
 * A body by a template that `checkTemplate` found no problem with. Values are escaped for the format:
 * as inside a JSON string, percent-encoded in a form, not at all in text. Nothing of a value is ever
 * read as a template.
 *
 * Errors: BodyTooLarge beyond 64 KiB.
 */
export function renderTemplate(
  text: string,
  content: NotificationContent,
  { format }: { readonly format: TemplateFormat },
): string {
  const body = renderView(text, viewOf(content), { format });
  const bytes = Buffer.byteLength(body);
  if (bytes > limits.bodyBytesMax)
    throw new BodyTooLarge(`the template makes ${bytes} bytes; ${limits.bodyBytesMax} at most`);
  return body;
}

export const tags: [string, string] = ['{{', '}}'];

/** By a writer of its own unless given one: what that remembers of templates goes with it. */
export function renderView(
  text: string,
  view: TemplateView,
  how: { readonly format: TemplateFormat; readonly writer?: InstanceType<typeof mustache.Writer> },
): string {
  const { format, writer = new mustache.Writer() } = how;
  // Without a prototype, whose names would be fields.
  const bare: unknown = Object.assign(Object.create(null), view);
  return writer.render(text, bare, undefined, { tags, escape: escapeFor(format) });
}

function escapeFor(format: TemplateFormat): (value: string) => string {
  switch (format) {
    case 'JSON':
      return (value) => JSON.stringify(value).slice(1, -1);
    case 'FORM':
      return (value) => new URLSearchParams([['', value]]).toString().slice(1);
    case 'TEXT':
      return (value) => value;
    default:
      return unreachable(format);
  }
}
