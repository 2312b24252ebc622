import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ClientsJob, FromClients, Heard, ToClients } from './job.ts';

const program = fileURLToPath(new URL('clients.js', import.meta.url));

/** A process of clients whose connections are open. */
export interface Clients {
  readonly pid: number;
  /** What they have heard so far. */
  heard(): Promise<Heard>;
  close(): Promise<void>;
}

/** Errors: a connection is refused, or the process ends. */
export async function openClients(job: ClientsJob, signal: AbortSignal): Promise<Clients> {
  const child = fork(program, [], { signal, execArgv: ['--enable-source-maps'] });
  const ended = once(child, 'exit').then((): never => {
    throw new Error('a process of clients ended');
  });
  // It may end after it is of use.
  ended.catch(() => undefined);
  child.on('error', () => undefined);
  const ask = async (what: ToClients): Promise<FromClients> => {
    child.send(what);
    const answers = (await Promise.race([once(child, 'message'), ended])) as [FromClients];
    return answers[0];
  };
  await ask({ do: 'open', job });
  return {
    pid: child.pid ?? 0,
    async heard() {
      const answer = await ask({ do: 'tell' });
      if (answer.said === 'heard') return answer;
      throw new Error('the clients answer otherwise than they were asked');
    },
    async close() {
      child.kill('SIGKILL');
      await ended.catch(() => undefined);
    },
  };
}
