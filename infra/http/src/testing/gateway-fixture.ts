import { setTimeout as sleep } from 'node:timers/promises';
import type { MemoryLog } from '@plumbline/kafka';
import { payNo, slotOf } from '@plumbline/kernel';
import type { Command } from '../index.ts';

/** A payment's creation, by the given command id. */
export const command = (id: string, change: Partial<Command> = {}): Command => ({
  key: 'main/A-1',
  id,
  payload: {
    type: 'CreatePayment',
    data: {
      payNo: payNo({ atMs: 1, slot: slotOf('main/A-1'), random: 1 }),
      orderNo: 'A-1',
      tenant: 'main',
      amountMinor: 9_999n,
      currency: 'CNY',
      channel: 'MOCK',
      lifetimeMs: 1_800_000,
    },
  },
  subject: 'A-1',
  correlationId: 'c-1',
  actor: 'api:demo_app',
  ...change,
});

/** The same log, whose edge producer sends in another way. */
export const sendingWith =
  (change: (send: () => Promise<never>) => Promise<never>) =>
  (log: MemoryLog): MemoryLog =>
    new Proxy(log, {
      get: (target, name) => {
        if (name !== 'openEdgeProducer') {
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        }
        return async () => {
          const producer = await target.openEdgeProducer();
          return {
            send: (record: Parameters<typeof producer.send>[0]) =>
              change(() => producer.send(record) as Promise<never>),
            close: () => producer.close(),
          };
        };
      },
    });

/** Waits for something to become true, at most 5 s. */
export async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1_000; i += 1) {
    if (condition()) return;
    await sleep(5);
  }
  throw new Error('it did not come to pass');
}
