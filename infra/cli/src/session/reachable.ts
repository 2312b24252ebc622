import { connect } from 'node:net';
import { reachableTimeoutMs } from '../limits.ts';

/** Whether anything listens at one of these addresses; rejects with the last one's reason. */
export async function requireListener(addresses: readonly string[]): Promise<void> {
  let reason: unknown = new Error('no address is given');
  for (const address of addresses) {
    try {
      await connectOnce(address);
      return;
    } catch (error) {
      reason = error;
    }
  }
  throw reason;
}

function connectOnce(address: string): Promise<void> {
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at).replace(/^\[(.*)\]$/, '$1');
  const port = Number(address.slice(at + 1));
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const done = (error?: Error): void => {
      socket.destroy();
      if (error) reject(error);
      else resolve();
    };
    socket.setTimeout(reachableTimeoutMs, () =>
      done(new Error(`no connection within ${reachableTimeoutMs} ms`)),
    );
    socket.once('connect', () => done());
    socket.once('error', done);
  });
}
