import { expect, it } from 'vitest';
import { NotTold } from '../topology.ts';
import { createToldQueue } from './told-queue.ts';

const command = (id: string) => ({
  ...{ id, key: 'k', payload: { type: 'T', data: {} }, correlationId: 'c', actor: 'a' },
  traceparent: null,
});

function open() {
  const slept: { ms: number; wake: () => void }[] = [];
  const queue = createToldQueue({
    waitMs: 25,
    clock: {
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          slept.push({ ms, wake: () => resolve() });
          signal?.addEventListener('abort', () => resolve());
        }),
    },
  });
  const answers: string[] = [];
  const say = (id: string): void =>
    void queue.say(command(id)).then(
      (answer) => answers.push(`${id} ${answer}`),
      (error: unknown) => answers.push(`${id} ${error instanceof NotTold ? 'not told' : 'odd'}`),
    );
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { queue, slept, answers, say, settled };
}

it('answers what was decided when it is committed, and not before', async () => {
  const { queue, answers, say, settled } = open();
  say('a');
  say('b');
  queue.next()?.decided('accepted');
  await settled();
  expect(answers).toEqual([]);
  queue.committed();
  queue.next()?.decided('rejected');
  expect(queue.next()).toBeUndefined();
  await settled();
  expect(answers).toEqual(['a accepted']);
  say('c');
  expect(queue.next()?.command.id).toBe('c');
  queue.committed();
  await settled();
  expect(answers).toEqual(['a accepted', 'b rejected']);
});

it('gives back at once what cannot be decided, and at its end whatever is not committed', async () => {
  const { queue, answers, say, settled } = open();
  for (const id of ['a', 'b', 'c']) say(id);
  queue.next()?.failed(new Error('it fell over'));
  await settled();
  expect(answers).toEqual(['a not told']);
  queue.next()?.decided('accepted');
  queue.close();
  queue.committed();
  say('d');
  await settled();
  expect(answers).toEqual(['a not told', 'd not told', 'b not told', 'c not told'].sort());
});

it('wakes whoever takes it once for all of some milliseconds', async () => {
  const { queue, slept, say, settled } = open();
  const woken: string[] = [];
  queue.whenDue(() => void woken.push('first'));
  say('a');
  say('b');
  expect(slept.map(({ ms }) => ms)).toEqual([25]);
  slept[0]?.wake();
  await settled();
  expect(woken).toEqual(['first']);
  // Nobody listens for a moment: the next one hears at once.
  say('c');
  slept[1]?.wake();
  await settled();
  queue.whenDue(() => void woken.push('second'));
  queue.whenDue(() => void woken.push('third'));
  expect(woken).toEqual(['first', 'second']);
  queue.close();
  await settled();
  expect(woken).toEqual(['first', 'second']);
});
