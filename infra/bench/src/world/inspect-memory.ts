import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { inspectorTimeoutMs } from '../limits.ts';

/** Given to a process of Node, lets its memory be asked for; it listens on a free port of its own. */
export const inspectable = { NODE_OPTIONS: '--inspect=127.0.0.1:0' } as const;

/** What a process of Node has in memory once its garbage is collected, bytes. */
export interface Memory {
  readonly heapUsed: number;
  /** Buffers and what else lies outside the heap of JavaScript. */
  readonly external: number;
  readonly rss: number;
}

/** Where the newest process that logs there listens; `null` where none says so. */
export const inspectorUrlOf = (logText: string): string | null =>
  [...logText.matchAll(/Debugger listening on (ws:\/\/\S+)/g)].at(-1)?.[1] ?? null;

/** Collects the garbage of an {@link inspectable} process and asks what is left. */
export async function memoryOf(logFile: string): Promise<Memory> {
  const url = inspectorUrlOf(await readFile(logFile, 'utf8'));
  if (url === null) throw new Error(`the process cannot be asked for its memory: ${logFile}`);
  const socket = new WebSocket(url);
  try {
    await opened(socket);
    // What is only reachable from what the first collection ends goes with the second.
    for (const id of [1, 2]) await asked(socket, { id, method: 'HeapProfiler.collectGarbage' });
    const params = { expression: 'process.memoryUsage()', returnByValue: true };
    const { result } = await asked(socket, { id: 3, method: 'Runtime.evaluate', params });
    const { heapUsed, external, rss } = (result as Evaluated).result.value;
    return { heapUsed, external, rss };
  } finally {
    socket.close();
  }
}

interface Evaluated {
  readonly result: { readonly value: Memory };
}

const opened = (socket: WebSocket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });

interface Question {
  readonly id: number;
  readonly method: string;
  readonly params?: object;
}

function asked(socket: WebSocket, question: Question): Promise<{ readonly result: unknown }> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`no answer to ${question.method}`));
    const timeout = setTimeout(late, inspectorTimeoutMs);
    const heard = (data: Buffer): void => {
      const answer = JSON.parse(data.toString('utf8')) as { id?: number; result: unknown };
      if (answer.id !== question.id) return;
      clearTimeout(timeout);
      socket.off('message', heard);
      resolve(answer);
    };
    socket.on('message', heard);
    socket.send(JSON.stringify(question));
  });
}

const blockBytes = 512;

/** What a folder takes on the disk, bytes; holes in files take nothing. 0 where there is none. */
export async function diskBytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const stats = await Promise.all(files.map((file) => stat(join(file.parentPath, file.name))));
  return stats.reduce((sum, { blocks }) => sum + blocks * blockBytes, 0);
}
