import { describe, expect, it } from 'vitest';
import type { Situation, Step } from '../../testing/led-payments.ts';
import {
  callback,
  close,
  create,
  expire,
  lifetimeMs,
  proceed,
  proceedRefund,
  query,
  refund,
  report,
  short,
  situations,
  start,
  when,
} from '../../testing/led-payments.ts';

const anotherId = '00000000-0000-8000-8000-000000000002';

interface Row {
  readonly step: Step;
  readonly afterMs?: number;
  /** What the command meets: the events, `=` for unchanged, or the code of the refusal. */
  readonly cells: Partial<Record<Situation, string>> & { readonly rest: string };
}

/**
 * `ask(KIND)`: a call is asked for. `told(A>B)`: a call was reported, and the payment went from A to
 * B in contract 1's words.
 */
const table: Readonly<Record<string, Row>> = {
  'CreatePayment again': { ...{ step: create({ payNo: 'PAY2' }) }, cells: { rest: '=' } },
  StartGatewayCall: {
    ...{ step: start() },
    cells: {
      rest: 'CALL_NOT_OPEN',
      created: 'GatewayCallStarted',
      'created, sending': '=',
      'processing, asking': '=',
      'unknown, asking': '=',
      'closing, asking': '=',
      'closing, closing': '=',
      'closed, paid late': 'GatewayCallStarted',
      'refund asked for': 'GatewayCallStarted',
      'refund, sending': '=',
      'refund unknown, asking': '=',
    },
  },
  'StartGatewayCall, another worker': {
    ...{ step: start('w2') },
    cells: {
      rest: 'CALL_NOT_OPEN',
      created: 'GatewayCallStarted',
      'created, sending': 'CALL_TAKEN',
      'processing, asking': '=',
      'unknown, asking': '=',
      'closing, asking': '=',
      'closing, closing': '=',
      'closed, paid late': 'GatewayCallStarted',
      'refund asked for': 'GatewayCallStarted',
      'refund, sending': 'CALL_TAKEN',
      'refund unknown, asking': '=',
    },
  },
  'reported ACCEPTED': {
    ...{ step: report('ACCEPTED'), afterMs: 11_000 },
    cells: {
      rest: 'CALL_NOT_OPEN',
      created: 'CALL_NOT_STARTED',
      'created, sending': 'told(INIT>PAYING) PaymentProcessing',
      'processing, asking': 'told(PAYING)',
      'unknown, asking': 'told(PAYING)',
      'closing, asking': 'told(PAYING)',
      'closing, closing': 'told(PAYING)',
      'closed, paid late': 'CALL_NOT_STARTED',
      'refund asked for': 'CALL_NOT_STARTED',
      'refund, sending': 'told(SUCCESS) RefundProcessing',
      'refund unknown, asking': 'told(SUCCESS) RefundProcessing',
    },
  },
  'reported PENDING': {
    ...{ step: report('PENDING'), afterMs: 11_000 },
    cells: {
      rest: 'CALL_NOT_OPEN',
      created: 'CALL_NOT_STARTED',
      'created, sending': 'told(INIT>PAYING) PaymentUnknown',
      'processing, asking': 'told(PAYING)',
      'unknown, asking': 'told(PAYING) PaymentProcessing',
      'closing, asking': 'told(PAYING) ask(CLOSE)',
      'closing, closing': 'told(PAYING)',
      'closed, paid late': 'CALL_NOT_STARTED',
      'refund asked for': 'CALL_NOT_STARTED',
      'refund, sending': 'told(SUCCESS) RefundProcessing',
      'refund unknown, asking': 'told(SUCCESS) RefundProcessing',
    },
  },
  'reported PAID': {
    ...{ step: report('PAID'), afterMs: 11_000 },
    cells: {
      rest: 'CALL_NOT_OPEN',
      created: 'CALL_NOT_STARTED',
      'created, sending': 'told(INIT>PAYING) PaymentUnknown',
      'processing, asking': 'told(PAYING>SUCCESS) PaymentSucceeded',
      'unknown, asking': 'told(PAYING>SUCCESS) PaymentSucceeded',
      'closing, asking': 'told(PAYING>SUCCESS) PaymentSucceeded',
      'closing, closing': 'told(PAYING) ask(QUERY)',
      'closed, paid late': 'CALL_NOT_STARTED',
      'refund asked for': 'CALL_NOT_STARTED',
      'refund, sending': 'told(SUCCESS) RefundUnknown',
      'refund unknown, asking': 'told(SUCCESS)',
    },
  },
  'reported FAILED': {
    ...{ step: report('FAILED'), afterMs: 11_000 },
    cells: {
      rest: 'CALL_NOT_OPEN',
      created: 'CALL_NOT_STARTED',
      'created, sending': 'told(INIT>PAYING) PaymentUnknown',
      'processing, asking': 'told(PAYING>FAILED) PaymentFailed',
      'unknown, asking': 'told(PAYING>FAILED) PaymentFailed',
      'closing, asking': 'told(PAYING>FAILED) PaymentFailed',
      'closing, closing': 'told(PAYING)',
      'closed, paid late': 'CALL_NOT_STARTED',
      'refund asked for': 'CALL_NOT_STARTED',
      'refund, sending': 'told(SUCCESS) RefundUnknown',
      'refund unknown, asking': 'told(SUCCESS) RefundFailed',
    },
  },
  'reported CLOSED': {
    ...{ step: report('CLOSED'), afterMs: 11_000 },
    cells: {
      rest: 'CALL_NOT_OPEN',
      created: 'CALL_NOT_STARTED',
      'created, sending': 'told(INIT>PAYING) PaymentUnknown',
      'processing, asking': 'told(PAYING>CLOSED) PaymentClosed',
      'unknown, asking': 'told(PAYING>CLOSED) PaymentClosed',
      'closing, asking': 'told(PAYING>CLOSED) PaymentClosed',
      'closing, closing': 'told(PAYING>CLOSED) PaymentClosed',
      'closed, paid late': 'CALL_NOT_STARTED',
      'refund asked for': 'CALL_NOT_STARTED',
      'refund, sending': 'told(SUCCESS) RefundUnknown',
      'refund unknown, asking': 'told(SUCCESS)',
    },
  },
  'reported NOT_FOUND': {
    ...{ step: report('NOT_FOUND'), afterMs: 11_000 },
    cells: {
      rest: 'CALL_NOT_OPEN',
      created: 'CALL_NOT_STARTED',
      'created, sending': 'told(INIT>PAYING) PaymentUnknown',
      'processing, asking': 'told(PAYING)',
      'unknown, asking': 'told(PAYING) ask(CREATE)',
      'closing, asking': 'told(PAYING) ask(CLOSE)',
      'closing, closing': 'told(PAYING>CLOSED) PaymentClosed',
      'closed, paid late': 'CALL_NOT_STARTED',
      'refund asked for': 'CALL_NOT_STARTED',
      'refund, sending': 'told(SUCCESS) RefundUnknown',
      'refund unknown, asking': 'told(SUCCESS) ask(REFUND)',
    },
  },
  'reported REFUSED': {
    ...{ step: report('REFUSED'), afterMs: 11_000 },
    cells: {
      rest: 'CALL_NOT_OPEN',
      created: 'CALL_NOT_STARTED',
      'created, sending': 'told(INIT>FAILED) PaymentFailed',
      'processing, asking': 'told(PAYING)',
      'unknown, asking': 'told(PAYING)',
      'closing, asking': 'told(PAYING)',
      'closing, closing': 'told(PAYING)',
      'closed, paid late': 'CALL_NOT_STARTED',
      'refund asked for': 'CALL_NOT_STARTED',
      'refund, sending': 'told(SUCCESS) RefundFailed',
      'refund unknown, asking': 'told(SUCCESS) RefundFailed',
    },
  },
  'reported REFUNDED': {
    ...{ step: report('REFUNDED'), afterMs: 11_000 },
    cells: {
      rest: 'CALL_NOT_OPEN',
      created: 'CALL_NOT_STARTED',
      'created, sending': 'told(INIT>PAYING) PaymentUnknown',
      'processing, asking': 'told(PAYING)',
      'unknown, asking': 'told(PAYING)',
      'closing, asking': 'told(PAYING)',
      'closing, closing': 'told(PAYING)',
      'closed, paid late': 'CALL_NOT_STARTED',
      'refund asked for': 'CALL_NOT_STARTED',
      'refund, sending': 'told(SUCCESS) RefundSucceeded',
      'refund unknown, asking': 'told(SUCCESS) RefundSucceeded',
    },
  },
  'reported NOT_SENT': {
    ...{ step: report('NOT_SENT'), afterMs: 11_000 },
    cells: {
      rest: 'CALL_NOT_OPEN',
      created: 'CALL_NOT_STARTED',
      'created, sending': 'told(INIT)',
      'processing, asking': 'told(PAYING)',
      'unknown, asking': 'told(PAYING)',
      'closing, asking': 'told(PAYING)',
      'closing, closing': 'told(PAYING)',
      'closed, paid late': 'CALL_NOT_STARTED',
      'refund asked for': 'CALL_NOT_STARTED',
      'refund, sending': 'told(SUCCESS)',
      'refund unknown, asking': 'told(SUCCESS)',
    },
  },
  'reported UNKNOWN': {
    ...{ step: report('UNKNOWN'), afterMs: 11_000 },
    cells: {
      rest: 'CALL_NOT_OPEN',
      created: 'CALL_NOT_STARTED',
      'created, sending': 'told(INIT>PAYING) PaymentUnknown',
      'processing, asking': 'told(PAYING)',
      'unknown, asking': 'told(PAYING)',
      'closing, asking': 'told(PAYING)',
      'closing, closing': 'told(PAYING)',
      'closed, paid late': 'CALL_NOT_STARTED',
      'refund asked for': 'CALL_NOT_STARTED',
      'refund, sending': 'told(SUCCESS) RefundUnknown',
      'refund unknown, asking': 'told(SUCCESS)',
    },
  },
  QueryPayment: {
    ...{ step: query },
    cells: {
      rest: 'ask(QUERY)',
      created: '=',
      'created, sending': '=',
      'created, never sent': '=',
      'processing, asking': '=',
      'unknown, asking': '=',
      'closing, asking': '=',
      'closing, closing': '=',
    },
  },
  ClosePayment: {
    ...{ step: close },
    cells: {
      rest: '=',
      created: 'PaymentClosed',
      'created, sending': 'PaymentCloseRequested',
      'created, never sent': 'PaymentClosed',
      processing: 'PaymentCloseRequested ask(QUERY)',
      'processing, asking': 'PaymentCloseRequested',
      unknown: 'PaymentCloseRequested ask(QUERY)',
      'unknown, asking': 'PaymentCloseRequested',
    },
  },
  Expire: {
    ...{ step: expire, afterMs: lifetimeMs },
    cells: {
      rest: '=',
      created: 'PaymentClosed',
      'created, sending': 'PaymentCloseRequested',
      'created, never sent': 'PaymentClosed',
      processing: 'PaymentCloseRequested ask(QUERY)',
      'processing, asking': 'PaymentCloseRequested',
      unknown: 'PaymentCloseRequested ask(QUERY)',
      'unknown, asking': 'PaymentCloseRequested',
    },
  },
  Proceed: {
    ...{ step: proceed, afterMs: 60_000 },
    cells: {
      rest: '=',
      'created, sending': 'told(INIT>PAYING) PaymentUnknown',
      'created, never sent': 'ask(CREATE)',
      processing: 'ask(QUERY)',
      unknown: 'ask(QUERY)',
      'closing, waiting': 'ask(QUERY)',
    },
  },
  ProceedRefund: {
    ...{ step: proceedRefund, afterMs: 60_000 },
    cells: {
      rest: '=',
      'refund, sending': 'told(SUCCESS) RefundUnknown',
      'refund, never sent': 'ask(REFUND)',
      'refund processing': 'ask(QUERY_REFUND)',
      'refund unknown': 'ask(QUERY_REFUND)',
    },
  },
  RefundPayment: {
    ...{ step: refund(4_000n) },
    cells: {
      rest: 'PAYMENT_NOT_SUCCEEDED',
      succeeded: 'RefundRequested ask(REFUND)',
      'closed, paid late': 'REFUND_EXCEEDS_CAPTURED',
      'refund asked for': '=',
      'refund, sending': '=',
      'refund, never sent': '=',
      'refund processing': '=',
      'refund unknown': '=',
      'refund unknown, asking': '=',
      'refund done': '=',
      'refund failed': '=',
    },
  },
  'RefundPayment, all of it': {
    ...{ step: refund(9_999n, { refundId: anotherId }) },
    cells: {
      rest: 'PAYMENT_NOT_SUCCEEDED',
      succeeded: 'RefundRequested ask(REFUND)',
      'closed, paid late': 'REFUND_EXCEEDS_CAPTURED',
      'refund asked for': 'REFUND_EXCEEDS_CAPTURED',
      'refund, sending': 'REFUND_EXCEEDS_CAPTURED',
      'refund, never sent': 'REFUND_EXCEEDS_CAPTURED',
      'refund processing': 'REFUND_EXCEEDS_CAPTURED',
      'refund unknown': 'REFUND_EXCEEDS_CAPTURED',
      'refund unknown, asking': 'REFUND_EXCEEDS_CAPTURED',
      'refund done': 'REFUND_EXCEEDS_CAPTURED',
      'refund failed': 'RefundRequested ask(REFUND)',
    },
  },
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
};

describe('every command in every situation of a payment that is led at its gateway', () => {
  for (const [name, { step, afterMs, cells }] of Object.entries(table)) {
    for (const [situation, told] of Object.entries(situations)) {
      const expected = cells[situation as Situation] ?? cells.rest;
      it(`${name} in ${situation}: ${expected}`, () => {
        const { code, events } = when(told, step, afterMs);
        expect(code ?? (events.map(short).join(' ') || '=')).toBe(expected);
      });
    }
  }
});
