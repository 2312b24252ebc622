/** Many clients of the live channel, in a process of their own: half of all sockets are theirs. */
import { WebSocket } from 'ws';
import { opensAtOnce } from '../limits.ts';
import { someAtOnce } from '../shop/ask.ts';
import type { ClientsJob, FromClients, ToClients } from './job.ts';

const changes = new Map<string, number[]>();
const closed: Record<string, number> = {};
let open = 0;

async function openOne({ url, origin }: ClientsJob, cookie: string): Promise<void> {
  const socket = new WebSocket(url, { headers: { cookie }, origin, perMessageDeflate: false });
  socket.on('message', (data: Buffer) => {
    const nowMs = Date.now();
    const { type, place } = JSON.parse(data.toString('utf8')) as {
      readonly type: string;
      readonly place?: string;
    };
    if (type !== 'change' || place === undefined) return;
    const heard = changes.get(place);
    if (heard === undefined) changes.set(place, [nowMs]);
    else heard.push(nowMs);
  });
  socket.on('close', (code) => (closed[code] = (closed[code] ?? 0) + 1));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  open += 1;
}

const tell = (what: FromClients): void => void process.send?.(what);

process.on('message', (asked: ToClients) => {
  switch (asked.do) {
    case 'open':
      void someAtOnce(asked.job.cookies, opensAtOnce, (cookie) => openOne(asked.job, cookie)).then(
        () => tell({ said: 'open', open }),
      );
      return;
    case 'tell':
      tell({ said: 'heard', closed, changes: Object.fromEntries(changes) });
  }
});
