import { describe, expect, it } from 'vitest';
import type { Row } from '../../testing/led-payments.ts';
import { cellsOf, callback, gatewayCallback } from '../../testing/led-payments.ts';

/**
 * `ask(KIND)`: a call is asked for. `told(A>B)`: a call was reported, and the payment went from A to
 * B in contract 1's words.
 */
const table: Readonly<Record<string, Row>> = {
  'callback SUCCESS': {
    ...{ step: callback('SUCCESS') },
    cells: {
      rest: 'Recorded(PROCESSED) PaymentSucceeded',
      succeeded: 'Recorded(IGNORED)',
      failed: 'Recorded(IGNORED) PaymentReportContradicted RefundRequested ask(REFUND)',
      closed: 'Recorded(IGNORED) PaymentReportContradicted RefundRequested ask(REFUND)',
      'closed, paid late': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund asked for': 'Recorded(IGNORED)',
      'refund, sending': 'Recorded(IGNORED)',
      'refund, never sent': 'Recorded(IGNORED)',
      'refund processing': 'Recorded(IGNORED)',
      'refund unknown': 'Recorded(IGNORED)',
      'refund unknown, asking': 'Recorded(IGNORED)',
      'refund done': 'Recorded(IGNORED)',
      'refund failed': 'Recorded(IGNORED)',
    },
  },
  'callback FAILED': {
    ...{ step: callback('FAILED') },
    cells: {
      rest: 'Recorded(PROCESSED) PaymentFailed',
      succeeded: 'Recorded(IGNORED) PaymentReportContradicted',
      failed: 'Recorded(IGNORED)',
      closed: 'Recorded(IGNORED)',
      'closed, paid late': 'Recorded(IGNORED) PaymentReportConfirmed',
      'refund asked for': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund, sending': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund, never sent': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund processing': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund unknown': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund unknown, asking': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund done': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund failed': 'Recorded(IGNORED) PaymentReportContradicted',
    },
  },
  'callback of the gateway, PAID': {
    step: gatewayCallback('PAID'),
    cells: {
      rest: 'Recorded(PROCESSED) PaymentSucceeded',
      succeeded: 'Recorded(IGNORED)',
      failed: 'Recorded(IGNORED) PaymentReportContradicted RefundRequested ask(REFUND)',
      closed: 'Recorded(IGNORED) PaymentReportContradicted RefundRequested ask(REFUND)',
      'closed, paid late': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund asked for': 'Recorded(IGNORED)',
      'refund, sending': 'Recorded(IGNORED)',
      'refund, never sent': 'Recorded(IGNORED)',
      'refund processing': 'Recorded(IGNORED)',
      'refund unknown': 'Recorded(IGNORED)',
      'refund unknown, asking': 'Recorded(IGNORED)',
      'refund done': 'Recorded(IGNORED)',
      'refund failed': 'Recorded(IGNORED)',
    },
  },
  'callback of the gateway, FAILED': {
    step: gatewayCallback('FAILED'),
    cells: {
      rest: 'Recorded(PROCESSED) PaymentFailed',
      succeeded: 'Recorded(IGNORED) PaymentReportContradicted',
      failed: 'Recorded(IGNORED)',
      closed: 'Recorded(IGNORED)',
      'closed, paid late': 'Recorded(IGNORED) PaymentReportConfirmed',
      'refund asked for': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund, sending': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund, never sent': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund processing': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund unknown': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund unknown, asking': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund done': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund failed': 'Recorded(IGNORED) PaymentReportContradicted',
    },
  },
  'callback of the gateway, CLOSED': {
    step: gatewayCallback('CLOSED'),
    cells: {
      rest: 'Recorded(PROCESSED) PaymentClosed',
      succeeded: 'Recorded(IGNORED) PaymentReportContradicted',
      failed: 'Recorded(IGNORED)',
      closed: 'Recorded(IGNORED)',
      'closed, paid late': 'Recorded(IGNORED) PaymentReportConfirmed',
      'refund asked for': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund, sending': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund, never sent': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund processing': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund unknown': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund unknown, asking': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund done': 'Recorded(IGNORED) PaymentReportContradicted',
      'refund failed': 'Recorded(IGNORED) PaymentReportContradicted',
    },
  },
  'callback of the gateway, PENDING': {
    step: gatewayCallback('PENDING'),
    cells: { rest: 'Recorded(IGNORED)' },
  },
};

describe('every callback in every situation of a payment that is led at its gateway', () => {
  for (const { title, expected, happens } of cellsOf(table)) {
    it(`${title}: ${expected}`, () => expect(happens()).toBe(expected));
  }
});
