import type { CommandOutcome } from '@plumbline/events';
import type { Command, Executed } from '@plumbline/http';
import { Overloaded, WriteFailed, WriteUnknown } from '@plumbline/http';
import type { Json } from '@plumbline/kernel';
import { slotOf, slotOfUuid } from '@plumbline/kernel';
import { describe, expect, it } from 'vitest';
import { recordOfAnswer } from '../../worker/answer-record.ts';
import type { CallContext, CreateCall } from '../gateway-calls.ts';
import {
  context as request,
  createInput,
  refundInput,
  refundReferenceInput,
} from '../testing/port-input.ts';
import { createPersonalAccounts } from './personal-accounts.ts';

const reference = createInput.reference;
const input: CreateCall = { ...createInput };
const at = { reference, gatewayTransactionId: null, handle: null };
const context: CallContext = {
  ...{ ...request, callId: 'call-1', payNo: 'PAY1', orderNo: 'O-1', account: '1000.1.2' },
  ...{ correlationId: 'c', traceparent: null },
};

const active = {
  ...{ reference, orderNo: 'O-1', payNo: 'PAY1', cid: '2', type: 'wxpay', pattern: 1 },
  ...{ status: 'ACTIVE', amountMinor: '1234', payableMinor: '1235', currency: 'CNY' },
  ...{ expireAtMs: 9, payUrl: 'https://pay/12.35', platformOrder: null },
};
const paid = { ...active, status: 'PAID', payUrl: null, platformOrder: 'wx123', toldMinor: '1234' };

const outcome = (over: Partial<CommandOutcome>): Executed => ({
  kind: 'decided',
  outcome: {
    ...{ commandId: 'c', commandType: 'ActivateOrder', fingerprint: '', status: 'ACCEPTED' },
    ...{ code: null, message: null, details: null, events: [], aggregateVersion: 1n, answer: null },
    ...{ commandPartition: 0, commandOffset: 0n, commandIncarnation: 'i', ...over },
  },
});
const says = (order: Json): Executed =>
  outcome({ status: 'UNCHANGED', answer: JSON.stringify({ order }) });
const rejects = (code: string): Executed =>
  outcome({ status: 'REJECTED', code, message: `why ${code}` });
const pending: Executed = { kind: 'pending' };

/** Accounts behind a gateway of commands that answers each the same. */
function world(answer: Executed | Error) {
  const commands: Command[] = [];
  const gateway = createPersonalAccounts({
    ...{ tenant: 'main', deadlineMs: 31_000 },
    commands: {
      execute: (command) => {
        commands.push(command);
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    },
  });
  return { ...gateway.calls, gateway, commands };
}

const create = (answer: Executed | Error, over: Partial<CallContext> = {}) =>
  world(answer).create(input, { ...context, ...over });
const query = (answer: Executed | Error) => world(answer).query(at, context);
const close = (answer: Executed | Error) => world(answer).close(at, context);

describe('a creation on a personal account', () => {
  it('asks the account to wait for the order, under an id that is the call and nothing else', async () => {
    const { create: ask, commands } = world(says(active));
    expect(await ask(input, context)).toEqual({
      ...{ kind: 'accepted', gatewayTransactionId: null, handle: '1000.1.2' },
      payUrl: 'https://pay/12.35',
    });
    expect(commands).toMatchObject([
      {
        ...{ key: 'main/1000.1', subject: reference, causationId: 'call-1', correlationId: 'c' },
        actor: 'system:gateway-calls',
        payload: {
          type: 'ActivateOrder',
          data: {
            ...{ tenant: 'main', pid: '1000', aid: '1', cid: '2', orderNo: 'O-1', payNo: 'PAY1' },
            ...{ reference, amountMinor: 1_234n, currency: 'CNY' },
            expireAt: createInput.expireAtMs,
          },
        },
      },
    ]);
    await ask(input, { ...context, nonce: 'f'.repeat(32), nowMs: 7 });
    await ask(input, { ...context, callId: 'call-2' });
    const [first, again, other] = commands.map(({ id }) => id);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(slotOfUuid(first ?? '')).toBe(slotOf('main/1000.1'));
  });

  it('takes the first channel that is enabled where none is named', async () => {
    const { create: ask, commands } = world(says(active));
    await ask(input, { ...context, account: '1000.1' });
    expect(commands).toMatchObject([{ payload: { data: { cid: null } } }]);
  });

  it.each(['ACCOUNT_PAUSED', 'AMOUNTS_USED_UP', 'TOO_MANY_ORDERS'])(
    'that is refused for now (%s) is tried again later, and closes no circuit',
    async (code) => {
      const { gateway, create: ask } = world(rejects(code));
      const answer = await ask(input, context);
      expect(answer).toEqual({ kind: 'refused', code, message: `why ${code}`, temporary: true });
      expect(recordOfAnswer(answer).result).toBe('NOT_SENT');
      expect(gateway.wasThere(answer)).toBe(true);
    },
  );

  it.each(['ACCOUNT_NOT_FOUND', 'CHANNEL_NOT_FOUND', 'CURRENCY_DIFFERS', 'REFERENCE_REUSED'])(
    'that is refused for good (%s) says why',
    async (code) => {
      const refusal = { kind: 'refused', code, message: `why ${code}`, temporary: false };
      expect(await create(rejects(code))).toEqual(refusal);
    },
  );

  it('of an order that has ended, or is paid, is for a question to tell', async () => {
    expect(await create(rejects('ORDER_ENDED'))).toMatchObject({
      ...{ kind: 'unknown', code: 'ORDER_ENDED' },
    });
    expect(await create(says(paid))).toMatchObject({ kind: 'unknown', code: 'NOT_ACTIVE' });
    expect(await create(says(null))).toMatchObject({ kind: 'unknown', code: 'NOT_ACTIVE' });
  });

  it.each([null, '', '1000', '1000.1.2.3', '1000.1.', 'a b.1', `${'x'.repeat(33)}.1`])(
    'into account %j is refused, and asks nobody',
    async (account) => {
      const { create: ask, commands } = world(says(active));
      expect(await ask(input, { ...context, account })).toMatchObject({
        ...{ kind: 'refused', code: 'ACCOUNT_MISSING', temporary: false },
      });
      expect(commands).toEqual([]);
    },
  );
});

describe('a call that nobody answers', () => {
  it('is unknown once its command may stand on the log', async () => {
    const lost = world(new WriteUnknown('lost'));
    const late = world(pending);
    for (const { create: ask, query: question, gateway } of [lost, late])
      for (const answer of [await ask(input, context), await question(at, context)]) {
        expect(answer.kind).toBe('unknown');
        expect(gateway.wasThere(answer)).toBe(false);
      }
    expect(await create(pending)).toMatchObject({ code: 'TIMED_OUT' });
  });

  it('was not sent where its command was not written', async () => {
    for (const error of [new WriteFailed('Kafka is away'), new Overloaded('too much')])
      expect(await create(error)).toMatchObject({
        ...{ kind: 'not-sent', code: 'NOT_CONNECTED', temporary: true },
      });
  });

  it.each(['DEAD_LETTERED', 'UNKNOWN'] as const)('is unknown where it was %s', async (status) => {
    for (const ask of [create, query, close])
      expect(await ask(outcome({ status }))).toMatchObject({ kind: 'unknown', code: status });
  });

  it.each([
    ['no answer', null],
    ['no JSON', '{'],
    ['no order', '{"money":1}'],
    ['another status', JSON.stringify({ order: { ...active, status: 'FROZEN' } })],
    ['an amount that is none', JSON.stringify({ order: { ...paid, toldMinor: '12.34' } })],
  ])('is unknown where it is answered with %s', async (_what, answer) => {
    for (const ask of [create, query, close])
      expect(await ask(outcome({ answer }))).toMatchObject({ kind: 'unknown', code: 'UNREADABLE' });
  });

  it('is unknown where it is answered about another order', async () => {
    for (const ask of [create, query, close])
      expect(await ask(says({ ...paid, reference: 'PAY2' }))).toMatchObject({
        ...{ kind: 'unknown', code: 'OTHER_PAYMENT' },
      });
  });
});

describe('a question to a personal account', () => {
  it('asks by our reference only', async () => {
    const { query: ask, close: end, commands } = world(says(active));
    await ask(at, context);
    await end(at, context);
    const data = { tenant: 'main', pid: '1000', aid: '1', reference };
    expect(commands.map(({ payload }) => payload)).toEqual([
      { type: 'QueryActiveOrder', data },
      { type: 'EndActiveOrder', data },
    ]);
    expect(commands[0]?.id).not.toBe(commands[1]?.id);
  });

  it('shows again where the payer pays, in case that was lost', async () => {
    const answer = await query(says(active));
    expect(answer).toEqual({ kind: 'pending', payUrl: 'https://pay/12.35' });
    expect(recordOfAnswer(answer)).toMatchObject({
      result: 'PENDING',
      payUrl: 'https://pay/12.35',
    });
  });

  it('learns what came in and by which money', async () => {
    expect(await query(says(paid))).toEqual({
      ...{ kind: 'paid', amountMinor: 1_234n, currency: 'CNY', gatewayTransactionId: 'wx123' },
      ...{ paidAtMs: null, refundedMinor: null },
    });
    expect(await query(says({ ...paid, toldMinor: '1000' }))).toMatchObject({
      amountMinor: 1_000n,
    });
  });

  it('learns nothing where the account does not say what came in: a person may match any sum', async () => {
    for (const said of [
      { ...paid, toldMinor: null },
      { ...paid, platformOrder: null },
    ])
      expect(await query(says(said))).toMatchObject({ kind: 'unknown', code: 'AMOUNT_UNKNOWN' });
  });

  it('knows of an end, and of what was never there', async () => {
    expect(await query(says({ ...active, status: 'CLOSED' }))).toEqual({ kind: 'closed' });
    expect(await query(says({ ...active, status: 'EXPIRED' }))).toEqual({ kind: 'closed' });
    expect(await query(says(null))).toEqual({ kind: 'not-found' });
    expect(await query(rejects('ACCOUNT_NOT_FOUND'))).toEqual({ kind: 'not-found' });
    expect(await query(rejects('COMMAND_ID_REUSED'))).toMatchObject({ kind: 'unknown' });
    const { query: ask } = world(says(active));
    expect(await ask(at, { ...context, account: null })).toMatchObject({
      ...{ kind: 'unknown', code: 'ACCOUNT_MISSING' },
    });
  });
});

describe('the end of an order on a personal account', () => {
  it('is closed, paid before, or of nothing', async () => {
    expect(await close(says({ ...active, status: 'CLOSED' }))).toEqual({ kind: 'closed' });
    expect(await close(says({ ...active, status: 'EXPIRED' }))).toEqual({ kind: 'closed' });
    expect(await close(says(paid))).toEqual({ kind: 'paid' });
    expect(await close(says(null))).toEqual({ kind: 'not-found' });
    expect(await close(rejects('ACCOUNT_NOT_FOUND'))).toEqual({ kind: 'not-found' });
  });

  it('is not claimed while the account still waits, or refuses', async () => {
    expect(await close(says(active))).toMatchObject({ kind: 'unknown', code: 'NOT_CLOSED' });
    expect(await close(rejects('COMMAND_ID_REUSED'))).toMatchObject({ kind: 'refused' });
  });
});

describe('a refund from a personal account', () => {
  it('is for its holder: it is refused for good, and never found', async () => {
    const { refund, queryRefund, commands } = world(says(active));
    expect(await refund(refundInput, context)).toMatchObject({
      ...{ kind: 'refused', code: 'REFUND_BY_HAND', temporary: false },
    });
    expect(await queryRefund(refundReferenceInput, context)).toEqual({ kind: 'not-found' });
    expect(commands).toEqual([]);
  });
});
