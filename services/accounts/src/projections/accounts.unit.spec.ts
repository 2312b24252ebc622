import type { ProjectedRecord } from '@plumbline/postgres';
import { openMemoryReadModel } from '@plumbline/postgres';
import { given } from '@plumbline/kernel/testing';
import { expect, it } from 'vitest';
import { accountDecider } from '../domain/account/account.ts';
import type { AccountCommand } from '../domain/account/commands.ts';
import type { AccountEvent } from '../domain/account/events.ts';
import { heldOf } from '../domain/account/state.ts';
import {
  capture,
  credit,
  debit,
  expire,
  expireAt,
  hold,
  release,
} from '../domain/account/testing-commands.ts';
import { accountsProjection } from './accounts.ts';

const later = { atMs: expireAt };
const story: readonly (readonly [AccountCommand, { readonly atMs?: number }])[] = [
  [credit('in', 1_000n), {}],
  [credit('yen', 50n, { currency: 'JPY' }), {}],
  [debit('out', 100n), {}],
  [hold('kept', 10n, { expireAt: expireAt + 1 }), {}],
  [hold('paid', 200n), {}],
  [hold('back', 20n, { orderNo: null }), {}],
  [hold('late', 300n), {}],
  [hold('gone', 5n), {}],
  [capture('paid'), {}],
  [release('back'), {}],
  [release('early'), {}],
  [expire, later],
  [capture('late'), later],
];

/** Each event as a record, and what the account is after it. */
function told() {
  const history: AccountEvent[] = [];
  return story.flatMap(([command, context]) =>
    given(accountDecider, history)
      .when(command, context)
      .events.map((payload) => {
        history.push(payload);
        const version = history.length;
        const record: ProjectedRecord = {
          ...{ topic: 't', partition: 0, offset: BigInt(version), incarnation: 'x', timeMs: 0 },
          ...{ key: 'main/ada', payload },
          envelope: {
            ...{ id: `e${version}`, type: payload.type, source: '/test', subject: 'ada' },
            ...{ timeMs: 0, correlationId: 'x', causationId: null, actor: 'api:test' },
            ...{ aggregateVersion: BigInt(version), previousHash: '0'.repeat(64) },
            ...{ subjectKeyId: null, traceparent: null },
          },
        };
        return { record, state: given(accountDecider, history).state };
      }),
  );
}

it('shows of every account what its decider knows, after each event', async () => {
  const model = await openMemoryReadModel(accountsProjection);
  for (const { record, state } of told()) {
    await model.transaction((sql) => accountsProjection.apply([record], sql));
    if (state.status === 'none') throw new Error('no account');
    expect(model.rows('balances')).toEqual(
      state.balances.map(({ currency, balanceMinor }) => ({
        ...{ account_key: 'main/ada', tenant: 'main', account: 'ada', currency },
        ...{ balance_minor: balanceMinor, held_minor: heldOf(state, currency) },
      })),
    );
    const { aggregateVersion: version } = record.envelope;
    expect(model.rows('accounts')).toMatchObject([{ account: 'ada', version }]);
  }
});

it('shows each movement with the balance after it, and each hold with what became of it', async () => {
  const model = await openMemoryReadModel(accountsProjection);
  const records = told().map(({ record }) => record);
  await model.transaction((sql) => accountsProjection.apply(records, sql));
  const entries = [...model.rows('entries')].sort((one, other) =>
    Number(BigInt(String(one['version'])) - BigInt(String(other['version']))),
  );
  const shown = entries.map((row) => [row['kind'], row['entry_id'], row['balance_after_minor']]);
  expect(shown).toEqual([
    ['CREDIT', 'in', 1_000n],
    ['CREDIT', 'yen', 50n],
    ['DEBIT', 'out', 900n],
    ['CAPTURE', 'paid', 700n],
    ['CAPTURE', 'late', 400n],
  ]);
  expect(entries.at(-1)).toMatchObject({ amount_minor: 300n, order_no: 'O-1', reason: null });
  const holds = new Map(model.rows('holds').map((row) => [row['hold_id'], row]));
  expect(holds.get('kept')).toMatchObject({ status: 'OPEN', amount_minor: 10n, currency: 'CNY' });
  expect(holds.get('paid')).toMatchObject({ status: 'CAPTURED', after_expiry: false });
  expect(holds.get('back')).toMatchObject({ status: 'RELEASED', order_no: null, reason: 'mind' });
  expect(holds.get('late')).toMatchObject({ status: 'CAPTURED', after_expiry: true });
  expect(holds.get('gone')).toMatchObject({ status: 'EXPIRED', amount_minor: 5n, reason: null });
  expect(holds.get('early')).toMatchObject({ status: 'BARRED', amount_minor: null });
});

it('refuses money that the account never had, so that its key waits for a person', async () => {
  const model = await openMemoryReadModel(accountsProjection);
  const debited = told().filter(({ record }) => record.payload.type === 'AccountDebited');
  expect(debited).toHaveLength(1);
  const records = debited.map(({ record }) => record);
  const applied = model.transaction((sql) => accountsProjection.apply(records, sql));
  await expect(applied).rejects.toMatchObject({ reason: 'NO_BALANCE' });
});
