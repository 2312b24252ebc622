import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Arrival, Behaviour, FromSink, ToSink } from './sink-job.ts';

const program = fileURLToPath(new URL('sink.js', import.meta.url));

/** A process that takes notifications. */
export interface Sink {
  readonly pid: number;
  /** One for each endpoint, so that each is an origin of its own. */
  readonly urls: readonly string[];
  behave(as: Behaviour): Promise<void>;
  /** What has come since this was last asked. */
  arrivals(): Promise<readonly Arrival[]>;
  close(): Promise<void>;
}

/** Errors: the process ends. */
export async function openSink(endpoints: number, signal: AbortSignal): Promise<Sink> {
  const child = fork(program, [], { signal, execArgv: ['--enable-source-maps'] });
  const ended = once(child, 'exit').then((): never => {
    throw new Error('the process that takes notifications ended');
  });
  // It may end after it is of use.
  ended.catch(() => undefined);
  child.on('error', () => undefined);
  const ask = async (what: ToSink): Promise<FromSink> => {
    child.send(what);
    const answers = (await Promise.race([once(child, 'message'), ended])) as [FromSink];
    return answers[0];
  };
  const opened = await ask({ do: 'open', endpoints });
  const ports = opened.said === 'open' ? opened.ports : [];
  return {
    pid: child.pid ?? 0,
    urls: ports.map((port) => `http://127.0.0.1:${port}/notifications`),
    async behave(as) {
      await ask({ do: 'behave', as });
    },
    async arrivals() {
      const answer = await ask({ do: 'tell' });
      return answer.said === 'heard' ? answer.arrivals : [];
    },
    async close() {
      child.kill('SIGKILL');
      await ended.catch(() => undefined);
    },
  };
}
