import { topics } from '@plumbline/events';
import { anyContext } from '@plumbline/kernel/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { expect, it } from 'vitest';
import type { AccountCommand } from './domain/account/commands.ts';
import { capture, credit, expireAt, hold, release } from './domain/account/testing-commands.ts';
import { accountsTopology } from './topology.ts';

const replyTo = 'main/O-1';

async function open() {
  const driver = await createTestDriver(accountsTopology, { startMs: anyContext.atMs });
  const send = (payload: AccountCommand) =>
    driver.pipeInput({ topic: topics.accountsCommands.name, key: 'main/ada', payload });
  send(credit('in', 500n));
  return {
    ...driver,
    send,
    types: () => driver.readOutput(topics.accountsEvents.name).map(({ payload }) => payload.type),
    replies: () => driver.readOutput(topics.checkoutCommands.name),
    outcome: () => driver.readOutput(topics.accountsOutcomes.name).at(-1)?.payload.data,
  };
}

it('answers with balances and hold, and ends a hold by broker time, through a restart', async () => {
  const driver = await open();
  driver.send(hold('h1', 300n));
  const answer = {
    account: 'ada',
    balances: [{ currency: 'CNY', balanceMinor: '500', heldMinor: '300' }],
    hold: {
      holdId: 'h1',
      amountMinor: '300',
      currency: 'CNY',
      status: 'OPEN',
      expireAtMs: expireAt,
    },
  };
  const outcome = driver.outcome() as { readonly answer: string };
  expect(outcome).toMatchObject({ status: 'ACCEPTED', aggregateVersion: 2n });
  expect(JSON.parse(outcome.answer)).toEqual(answer);
  driver.restart();
  driver.send(hold('h1', 300n));
  expect(driver.outcome()).toMatchObject({ status: 'UNCHANGED', answer: outcome.answer });
  driver.send(hold('h2', 300n));
  expect(driver.outcome()).toMatchObject({ status: 'REJECTED', code: 'FUNDS_INSUFFICIENT' });
  driver.advanceStreamTime(2_000);
  expect(driver.types()).toEqual(['AccountCredited', 'FundsHeld', 'HoldExpired']);
  expect(driver.timers()).toEqual([]);
  driver.send(capture('h1'));
  expect(driver.outcome()).toMatchObject({ status: 'ACCEPTED', aggregateVersion: 4n });
});

it('tells the checkout that asked what was decided, and nobody else', async () => {
  const driver = await open();
  driver.send(hold('h1', 300n, { replyTo }));
  driver.send(hold('h2', 300n, { replyTo }));
  driver.send(capture('h1', replyTo));
  driver.send(release('h1', replyTo));
  driver.send(release('h3', 'no routing key'));
  driver.send(release('h4'));
  const about = { orderNo: 'O-1', account: 'ada' };
  const replies = driver.replies();
  expect(replies.map(({ payload }) => payload)).toEqual(
    [
      { holdId: 'h1', step: 'HOLD', accepted: true, code: null },
      { holdId: 'h2', step: 'HOLD', accepted: false, code: 'FUNDS_INSUFFICIENT' },
      { holdId: 'h1', step: 'CAPTURE', accepted: true, code: null },
      { holdId: 'h1', step: 'RELEASE', accepted: false, code: 'HOLD_CAPTURED' },
    ].map((data) => ({ type: 'RecordFundsAnswer', data: { ...about, ...data } })),
  );
  for (const { key, envelope } of replies)
    expect([key, envelope.subject]).toEqual([replyTo, 'O-1']);
  expect(driver.types().filter((type) => type === 'HoldBarred')).toHaveLength(2);
});
