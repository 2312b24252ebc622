import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { recordOutput } from '../testing/memory-session.ts';
import { stepThrough } from './step-through.ts';

/** A terminal on which a test presses keys. */
function terminal() {
  const raw: boolean[] = [];
  const keys = Object.assign(new EventEmitter(), {
    isTTY: true,
    setRawMode: (on: boolean) => raw.push(on),
    resume: () => undefined,
    pause: () => undefined,
  });
  const press = (...pressed: readonly string[]): void => {
    for (const key of pressed) keys.emit('data', Buffer.from(key));
  };
  return { keys, raw, press };
}

function begin() {
  const { keys, raw, press } = terminal();
  const [out, stopping] = [recordOutput(), new AbortController()];
  const done = stepThrough({
    ...{ count: 3, keys, out, signal: stopping.signal },
    changeLines: (index) => [`change ${index}`],
    stateLines: (index) => [`state ${index}`],
  });
  return { keys, raw, press, out, done, stop: () => stopping.abort() };
}

const shown = (text: string): readonly string[] => text.match(/change \d|state \d/g) ?? [];

it('goes on and back as keys are pressed, and never past either end', async () => {
  const { press, out, done, raw } = begin();
  press('n', 's', 'x', '\u001b[C', 'n', 'p', 'g', 'p', 'G', 'q', 'n');
  await done;
  expect(shown(out.stdout())).toEqual([
    ...['change 0', 'change 1', 'state 1', 'change 2', 'change 1', 'change 0', 'change 2'],
  ]);
  expect(out.stdout()).toContain('3 of 3');
  expect(out.stderr()).toContain('this is the last');
  expect(out.stderr()).toContain('this is the first');
  expect(raw).toEqual([true, false]);
});

it.each([
  ['Ctrl-C as a key', ({ press }: ReturnType<typeof begin>) => press('\u0003')],
  ['Ctrl-C as a signal', ({ stop }: ReturnType<typeof begin>) => stop()],
  ['the end of the input', ({ keys }: ReturnType<typeof begin>) => void keys.emit('end')],
])('ends at %s, and leaves the terminal as it was', async (_what, end) => {
  const begun = begin();
  end(begun);
  await begun.done;
  expect(begun.raw).toEqual([true, false]);
  expect(begun.keys.eventNames()).toEqual([]);
});
