import type { ServerResponse } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import type { AlertFilter, AlertsFrom } from './alert.ts';
import { PositionLost, StreamRefused } from './alert.ts';
import { alertsFromStream } from './from-stream.ts';
import { acknowledged, entryOf, raised } from './testing/alert-records.ts';
import { openServer } from './testing/open-server.ts';

let server: Awaited<ReturnType<typeof openServer>>;
afterEach(() => server.close());

const begin = (response: ServerResponse): void =>
  void response.writeHead(200, { 'Content-Type': 'text/event-stream' });
const say = (response: ServerResponse, event: string, id: string, data: string): void =>
  void response.write(`event: ${event}\nid: ${id}\ndata: ${data}\n\n`);
const refuse = (response: ServerResponse, status: number, code: string): void => {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ code, message: 'because' }));
};

async function take(
  count: number,
  from: AlertsFrom,
  options: {
    filter?: AlertFilter;
    silenceMs?: number;
    onPosition?: (position: string) => void;
  } = {},
) {
  const ending = new AbortController();
  const told = [];
  let away = 0;
  const { signal } = ending;
  for await (const each of alertsFromStream({
    ...{ url: `${server.url}/`, from, signal, onAway: () => (away += 1), ...options },
  })) {
    told.push(each);
    if (told.length === count) ending.abort();
  }
  return { told, away };
}

it('alerts come as from the log, and the stream is gone on with after a cut', async () => {
  server = await openServer(({ url }, response, time) => {
    if (time === 2) {
      refuse(response, 503, 'OVERLOADED');
      return;
    }
    begin(response);
    if (url.searchParams.get('after') === null) {
      say(response, 'position', 'p0', '{"position":"p0"}');
      say(response, 'AlertRaised', 'p1', entryOf(raised('a1'), 'e1'));
      say(response, 'AlertOfTomorrow', 'p2', '{}');
      // Half of an event, and then nothing.
      response.write('event: AlertRaised\nid: p9\ndata: {"ty', () => response.destroy());
    } else {
      say(response, 'AlertAcknowledged', 'p3', entryOf(acknowledged('a1'), 'e2'));
    }
  });
  const positions: string[] = [];
  const { told, away } = await take(2, 'beginning', { onPosition: (at) => positions.push(at) });
  expect(told).toMatchObject([
    {
      ...{ event: raised('a1'), eventId: 'e1', timeMs: 5, appendedMs: 6, partition: 0 },
      ...{ offset: 7n, actor: 'system:consistency-alerts', position: 'p1' },
    },
    { event: acknowledged('a1'), position: 'p3' },
  ]);
  expect(positions).toEqual(['p0', 'p2']);
  expect(away).toBe(1);
  expect(server.calls.map(({ url }) => url.search)).toEqual([
    ...['?from=beginning', '?after=p2', '?after=p2'],
  ]);
});

it('asks for what is wanted', async () => {
  server = await openServer((_, response) => {
    begin(response);
    say(response, 'AlertRaised', 'p1', entryOf(raised('a1'), 'e1'));
  });
  const filter: AlertFilter = {
    ...{ tenant: 'main', rules: ['A', 'B'], types: ['AlertRaised'], severities: ['CRITICAL'] },
  };
  await take(1, { after: 'p0' }, { filter });
  expect(Object.fromEntries(server.calls[0]?.url.searchParams ?? [])).toEqual({
    ...{ tenant: 'main', rule: 'A,B', type: 'AlertRaised', severity: 'CRITICAL', after: 'p0' },
  });
});

it('a stream that has gone silent is left for another, and one that beats is not', async () => {
  const beats: NodeJS.Timeout[] = [];
  server = await openServer((_, response, time) => {
    begin(response);
    say(response, 'AlertRaised', `p${time}`, entryOf(raised('a1'), `e${time}`));
    if (time !== 2) return;
    beats.push(setInterval(() => response.write(':\n\n'), 20));
    setTimeout(() => say(response, 'AlertRaised', 'last', entryOf(raised('a1'), 'last')), 400);
  });
  const { told } = await take(3, 'end', { silenceMs: 150 });
  for (const each of beats) clearInterval(each);
  expect(told.map(({ eventId }) => eventId)).toEqual(['e1', 'e2', 'last']);
});

it.each([
  [409, PositionLost],
  [410, PositionLost],
  [400, StreamRefused],
  [401, StreamRefused],
])('%i is final', async (status, kind) => {
  server = await openServer((_, response) => refuse(response, status, 'CODE'));
  await expect(take(1, { after: 'p' })).rejects.toThrow(kind);
  await expect(take(1, { after: 'p' })).rejects.toThrow('CODE: because');
  expect(server.calls).toHaveLength(2);
});

it('ends with its signal, though nothing comes any more, and leaves no connection', async () => {
  let isOpen = true;
  server = await openServer((_, response) => {
    begin(response);
    say(response, 'position', 'p0', '{}');
    response.on('close', () => (isOpen = false));
  });
  const ending = new AbortController();
  const { signal } = ending;
  const onPosition = (): void => void setTimeout(() => ending.abort(), 50);
  const url = server.url;
  const told = alertsFromStream({ url, from: 'end', signal, onPosition });
  expect(await told.next()).toEqual({ done: true, value: undefined });
  await expect.poll(() => isOpen).toBe(false);
});
