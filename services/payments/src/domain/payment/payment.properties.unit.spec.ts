import { anyContext } from '@plumbline/kernel/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PaymentCommand } from './commands.ts';
import type { PaymentEvent } from './events.ts';
import { paymentDecider } from './payment.ts';
import type { PaymentState } from './state.ts';

const payNo = fc.constantFrom('PAY-1', 'PAY-1', 'PAY-1', 'PAY-2');

const anyCommand: fc.Arbitrary<PaymentCommand> = fc.oneof(
  fc
    .tuple(payNo, fc.constantFrom(100n, 101n), fc.constantFrom('MOCK', 'MOCK', 'ALIPAY'))
    .map(([no, amountMinor, channel]): PaymentCommand => ({
      type: 'CreatePayment',
      data: {
        ...{ payNo: no, orderNo: 'O-1', tenant: 'main', amountMinor, currency: 'CNY' },
        ...{
          channel: channel === 'MOCK' ? 'MOCK' : 'ALIPAY',
          lifetimeMs: 1_000,
          replyTo: null,
          gateway: null,
          merchant: null,
        },
      },
    })),
  fc.constant<PaymentCommand>({ type: 'AcceptByChannel', data: {} }),
  payNo.map((no): PaymentCommand => ({
    type: 'ClosePayment',
    data: { payNo: no, orderNo: 'O-1', reason: 'mind' },
  })),
  fc
    .tuple(payNo, fc.constantFrom('c1', 'c2', 'c3', 'c4'), fc.boolean())
    .map(([no, callbackId, paid]): PaymentCommand => ({
      type: 'ReportMockCallback',
      data: {
        ...{ payNo: no, callbackId, callbackStatus: paid ? 'SUCCESS' : 'FAILED' },
        ...{ channelTradeNo: null, timestamp: '1', nonce: 'n', rawPayload: '{}' },
      },
    })),
);

const anyHistory = fc.array(anyCommand, { maxLength: 25 });
const ends = new Set(['succeeded', 'failed', 'closed']);

interface Step {
  readonly before: PaymentState;
  readonly after: PaymentState;
  readonly command: PaymentCommand;
  readonly events: readonly PaymentEvent[];
}

function run(history: readonly PaymentCommand[], each: (step: Step) => void): void {
  let state = paymentDecider.initialState;
  for (const command of history) {
    const before = state;
    const decision = paymentDecider.decide(command, state, anyContext);
    const events = decision.kind === 'accepted' ? decision.events : [];
    state = events.reduce((s, e) => paymentDecider.evolve(s, e), state);
    each({ before, after: state, command, events });
  }
}

const holds = (each: (step: Step) => void): void =>
  fc.assert(
    fc.property(anyHistory, (history) => run(history, each)),
    { numRuns: 300 },
  );

describe('whatever is asked of a payment, in whatever order', () => {
  it('the same command twice makes no second event', () => {
    holds(({ after, command }) => {
      expect(paymentDecider.decide(command, after, anyContext).kind).not.toBe('accepted');
    });
  });

  it('an end is never left', () => {
    holds(({ before, after }) => {
      if (ends.has(before.status)) expect(after.status).toBe(before.status);
    });
  });

  it('a payment that is at the gateway ends by what the gateway says, and by nothing else', () => {
    holds(({ before, after, command }) => {
      if (before.status !== 'processing' || after.status === 'processing') return;
      expect(command.type).toBe('ReportMockCallback');
      expect(after.status).not.toBe('closed');
    });
  });

  it('a valid report against the end is never silent', () => {
    holds(({ before, after, command, events }) => {
      if (command.type !== 'ReportMockCallback' || !ends.has(before.status)) return;
      if (before.status === 'none' || before.channel !== 'MOCK') return;
      if (command.data.payNo !== before.payNo || before.callbacks.length === after.callbacks.length)
        return;
      const against =
        (before.status === 'succeeded') !== (command.data.callbackStatus === 'SUCCESS');
      const said = events.some(({ type }) => type === 'PaymentReportContradicted');
      expect(said).toBe(against);
    });
  });

  it('every answer is JSON', () => {
    holds(({ after, command }) => {
      const answer = paymentDecider.answer(after, command, { kind: 'unchanged' });
      expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
    });
  });
});
