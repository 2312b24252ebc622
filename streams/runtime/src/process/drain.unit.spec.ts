import { EventEmitter } from 'node:events';
import { IncomingMessage, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createDrain } from './drain.ts';

/** As much of an answer as a drain sees. */
class Answer extends EventEmitter {
  readonly headers = new Map<string, string>();
  setHeader(name: string, value: string): void {
    this.headers.set(name, value);
  }
}

function world() {
  const drain = createDrain(() => undefined);
  const call = (): Answer => {
    const answer = new Answer();
    const request = new IncomingMessage(new Socket());
    drain.listener(request, answer as unknown as ServerResponse);
    return answer;
  };
  return { drain, call };
}

describe('a drain', () => {
  it('waits for the calls under way, and not for those that come after it began', async () => {
    const { drain, call } = world();
    const first = call();
    let done = false;
    const begun = drain.begin(5_000).then(() => (done = true));
    call();
    await sleep(10);
    expect(done).toBe(false);
    first.emit('close');
    await begun;
    expect(done).toBe(true);
  });

  it('does not wait longer than it was told to', async () => {
    const { drain, call } = world();
    call();
    await drain.begin(10);
    expect(drain.begun()).toBe(true);
  });

  it('ends the connections of what it answers, and only then', async () => {
    const { drain, call } = world();
    const before = call();
    before.emit('close');
    await drain.begin(0);
    expect(before.headers.get('Connection')).toBeUndefined();
    expect(call().headers.get('Connection')).toBe('close');
  });
});
