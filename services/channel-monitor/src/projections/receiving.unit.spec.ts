import type { ReceivingEvent } from '@plumbline/events';
import { given } from '@plumbline/kernel/testing';
import type { MemoryReadModel, ProjectedRecord } from '@plumbline/postgres';
import { openMemoryReadModel } from '@plumbline/postgres';
import { expect, it } from 'vitest';
import { receivingDecider } from '../domain/receiving/account.ts';
import type { AccountCommand } from '../domain/receiving/commands.ts';
import * as c from '../domain/receiving/testing-commands.ts';
import { receivingProjection } from './receiving.ts';

const story: readonly (readonly [AccountCommand, number])[] = [
  [c.register(), 0],
  [c.activate('a', 1_000n), 1],
  [c.activate('b', 2_000n), 2],
  [c.activate('c', 2_000n), 3],
  [c.money('m1', 1_000n), 4],
  [c.money('m2', 2_000n), 5],
  [c.money('m2', 2_100n), 6],
  [c.money('m3', 5n), 7],
  [c.match('m2', 'b'), 8],
  [c.setAside('m3'), 9],
  [c.end('c'), 10],
  [c.pause, 11],
];

function told(): readonly ProjectedRecord[] {
  const history: ReceivingEvent[] = [];
  return story.flatMap(([command, at]) =>
    given(receivingDecider, history)
      .when(command, { atMs: c.t0 + at })
      .events.map((payload) => {
        history.push(payload);
        const version = history.length;
        return {
          ...{ topic: 't', partition: 0, offset: BigInt(version), incarnation: 'x' },
          ...{ timeMs: c.t0 + at, key: 'main/1000.1', payload },
          envelope: {
            ...{ id: `e${version}`, type: payload.type, source: '/test', subject: '1000.1' },
            ...{ timeMs: c.t0 + at, correlationId: 'x', causationId: null, actor: 'api:test' },
            ...{ aggregateVersion: BigInt(version), previousHash: '0'.repeat(64) },
            ...{ subjectKeyId: null, traceparent: null },
          },
        };
      }),
  );
}

const rowsBy = (model: MemoryReadModel, table: string, column: string) =>
  new Map(model.rows(table).map((row) => [row[column], row]));

it.each([1, 100])('folds batches of %d to the same rows', async (size) => {
  const model = await openMemoryReadModel(receivingProjection);
  const records = told();
  for (let at = 0; at < records.length; at += size)
    await model.transaction((sql) => receivingProjection.apply(records.slice(at, at + size), sql));
  expect(model.rows('accounts')).toMatchObject([
    { ...{ tenant: 'main', pid: '1000', aid: '1', status: 'PAUSED', currency: 'CNY' } },
  ]);
  expect(model.rows('accounts')[0]?.['version']).toBe(BigInt(records.length));
  const orders = rowsBy(model, 'orders', 'reference');
  expect(orders.get('R-a')).toMatchObject({ status: 'PAID', platform_order: 'm1', pid: '1000' });
  expect(orders.get('R-b')).toMatchObject({ status: 'PAID', platform_order: 'm2' });
  expect(orders.get('R-c')).toMatchObject({ status: 'CLOSED', payable_minor: 2_000n });
  const money = rowsBy(model, 'received_money', 'platform_order');
  expect(money.get('m1')).toMatchObject({ status: 'MATCHED', kind: 'ON_TIME', pay_no: 'PAY-a' });
  expect(money.get('m2')).toMatchObject({
    ...{ status: 'MATCHED', kind: 'MANUAL', why: 'SEVERAL_ORDERS', contradicted: true },
    ...{ amount_minor: 2_000n, money_id: '1000.1/m2' },
  });
  expect(money.get('m3')).toMatchObject({ status: 'SET_ASIDE', why: 'NO_ORDER', kind: null });
  const seen = JSON.stringify(model.rows('received_money'), (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  expect(seen).not.toContain('enc:v1');
});
