/** Where notifications arrive, a process of its own: one server for each endpoint. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Arrival, Behaviour, FromSink, ToSink } from './sink-job.ts';
import { usual } from './sink-job.ts';

let behaviour: Behaviour = usual;
let arrivals: Arrival[] = [];
/** Whoever was refused once. */
const refused = new Set<string>();
/** Requests that hang, by the endpoint. */
const held = new Map<ServerResponse, { readonly endpoint: number; readonly id: string }>();

function answer(response: ServerResponse, id: string, status: number, atMs: number): void {
  arrivals.push([id, atMs, status]);
  response.statusCode = status;
  response.end();
}

function statusOf(id: string): number {
  if (!behaviour.refusesFirst || refused.has(id)) return 200;
  refused.add(id);
  return 400;
}

function take(endpoint: number, request: IncomingMessage, response: ServerResponse): void {
  const atMs = Date.now();
  const id = String(request.headers['webhook-id']);
  request.resume();
  if (!behaviour.hanging.includes(endpoint)) {
    answer(response, id, statusOf(id), atMs);
    return;
  }
  arrivals.push([id, atMs, 0]);
  held.set(response, { endpoint, id });
  response.once('close', () => held.delete(response));
}

async function listen(endpoint: number): Promise<number> {
  const server: Server = createServer((request, response) => take(endpoint, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Who does not hang any more answers what it held. */
function behave(as: Behaviour): void {
  behaviour = as;
  for (const [response, { endpoint, id }] of [...held])
    if (!as.hanging.includes(endpoint)) answer(response, id, 200, Date.now());
}

const tell = (what: FromSink): void => void process.send?.(what);

process.on('message', (asked: ToSink) => {
  switch (asked.do) {
    case 'open':
      void Promise.all(Array.from({ length: asked.endpoints }, (_, at) => listen(at))).then(
        (ports) => tell({ said: 'open', ports }),
      );
      return;
    case 'behave':
      behave(asked.as);
      tell({ said: 'behaves' });
      return;
    case 'tell':
      tell({ said: 'heard', arrivals });
      arrivals = [];
  }
});
