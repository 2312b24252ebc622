import { createHash } from 'node:crypto';
import { formatMajor, isCurrencyCode } from '@plumbline/kernel';
import type { Payment } from '../books/payment.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as text, in elements and in quoted attributes. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

const style =
  'body{font:16px/1.5 sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem}' +
  'dt{color:#555}dd{margin:0 0 .75rem;overflow-wrap:anywhere}' +
  'button{font:inherit;padding:.5rem 1.5rem;margin-right:.5rem}';

const styleHash = createHash('sha256').update(style).digest('base64');

/**
 * No script, no picture, no frame. The merchant's own site must stand in form-action: browsers apply
 * it to where a form's answer redirects to as well.
 */
export function contentSecurityPolicy(returnUrl: string | null): string {
  const targets = returnUrl === null ? "'self'" : `'self' ${new URL(returnUrl).origin}`;
  return [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    `form-action ${targets}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

const page = (title: string, content: string): string =>
  '<!doctype html><html lang="en"><head><meta charset="utf-8">' +
  '<meta name="viewport" content="width=device-width, initial-scale=1">' +
  `<title>${escapeHtml(title)}</title><style>${style}</style></head>` +
  `<body><h1>${escapeHtml(title)}</h1>${content}</body></html>`;

const statusTexts = {
  PENDING: 'waits for you to pay',
  SUCCESS: 'is paid',
  FAILED: 'was declined',
  CLOSED: 'is closed and cannot be paid',
} as const;

export function payPage(payment: Payment): string {
  const { amountMinor, currency, subject, reference, gateway, status } = payment;
  const known = isCurrencyCode(currency);
  const amount = known ? formatMajor(amountMinor, currency) : `${amountMinor} minor units`;
  const rows = [
    ['Amount', `${amount} ${currency}`],
    ['For', subject],
    ['Reference', reference],
    ['Gateway', `${gateway} (simulated: no money moves)`],
  ]
    .map(([name = '', value = '']) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`)
    .join('');
  const buttons =
    '<form method="post"><button name="do" value="pay">Pay</button>' +
    '<button name="do" value="decline">Decline</button></form>';
  const state = `<p>This payment ${statusTexts[status]}.</p>`;
  return page('Pay', `<dl>${rows}</dl>${state}${status === 'PENDING' ? buttons : ''}`);
}

export const messagePage = (title: string, text: string): string =>
  page(title, `<p>${escapeHtml(text)}</p>`);
