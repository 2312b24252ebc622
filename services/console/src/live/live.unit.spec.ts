import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Change, LiveStatus, OpenSocket } from './live.ts';
import { createLive } from './live.ts';

type Events = Parameters<OpenSocket>[1];

interface FakeSocket extends Events {
  readonly path: string;
  readonly sent: string[];
  isClosed: boolean;
  /** As the server sends it. */
  says(message: unknown): void;
}

function fakeLive(random = 0) {
  const sockets: FakeSocket[] = [];
  const statuses: LiveStatus[] = [];
  const changes: Change[] = [];
  const onRefused = vi.fn();
  const onReload = vi.fn();
  const live = createLive({
    openSocket(path, events) {
      const socket: FakeSocket = {
        ...events,
        path,
        sent: [],
        isClosed: false,
        says: (message) => events.onMessage(JSON.stringify(message)),
      };
      sockets.push(socket);
      return {
        send: (text) => void socket.sent.push(text),
        close() {
          socket.isClosed = true;
          events.onClose(1006);
        },
      };
    },
    onStatus: (status) => statuses.push(status),
    onRefused,
    random: () => random,
  });
  const leave = live.listen({ onChange: (change) => changes.push(change), onReload });
  const newest = (): FakeSocket => {
    const socket = sockets.at(-1);
    if (socket === undefined) throw new Error('nothing was opened');
    return socket;
  };
  return { live, leave, sockets, newest, statuses, changes, onRefused, onReload };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const change = {
  type: 'change',
  orderNo: 'O1',
  kind: 'ORDER',
  eventType: 'OrderPaid',
  place: 'o:1:2',
};

describe('the live connection', () => {
  it('is live from hello on, and has what is shown read anew', () => {
    const { live, newest, statuses, onReload } = fakeLive();
    live.start();
    expect(newest().path).toBe('/api/live');
    expect(statuses).toEqual(['connecting']);
    newest().says({ type: 'hello', position: 'p1' });
    expect(statuses).toEqual(['connecting', 'live']);
    expect(onReload).toHaveBeenCalledOnce();
  });

  it('passes a change on, and has everything read anew on a reset', () => {
    const { live, newest, changes, onReload } = fakeLive();
    live.start();
    newest().says({ type: 'hello', position: 'p1' });
    newest().says({ ...change, position: 'p2' });
    newest().says({ type: 'reset', position: 'p9' });
    expect(changes).toEqual([
      { orderNo: 'O1', kind: 'ORDER', eventType: 'OrderPaid', place: 'o:1:2' },
    ]);
    expect(onReload).toHaveBeenCalledTimes(2);
  });

  it('comes back with the position of the last thing it was told', () => {
    const { live, newest, sockets } = fakeLive();
    live.start();
    newest().says({ type: 'hello', position: 'p1' });
    newest().says({ ...change, position: 'a b&2' });
    newest().onClose(1012);
    vi.advanceTimersByTime(500);
    expect(sockets).toHaveLength(2);
    expect(newest().path).toBe('/api/live?position=a%20b%262');
  });

  it('waits twice as long after each failure, up to 15 s, and half a second again after hello', () => {
    const { live, newest, sockets } = fakeLive();
    live.start();
    for (const waitMs of [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]) {
      const before = sockets.length;
      newest().onClose(1006);
      vi.advanceTimersByTime(waitMs - 1);
      expect(sockets).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(sockets).toHaveLength(before + 1);
    }
    newest().says({ type: 'hello', position: 'p1' });
    newest().onClose(1006);
    vi.advanceTimersByTime(500);
    expect(sockets).toHaveLength(9);
  });

  it('cuts its wait at random, so that not all come back at once', () => {
    const { live, newest, sockets } = fakeLive(0.999_999);
    live.start();
    newest().onClose(1006);
    vi.advanceTimersByTime(251);
    expect(sockets).toHaveLength(2);
  });

  it('asks who is logged in when the session ended, or the upgrade was refused', () => {
    const { live, newest, onRefused } = fakeLive();
    live.start();
    newest().onClose(1006);
    expect(onRefused).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(500);
    newest().says({ type: 'hello', position: 'p1' });
    newest().onClose(1012);
    expect(onRefused).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(500);
    newest().says({ type: 'hello', position: 'p1' });
    newest().onClose(4401);
    expect(onRefused).toHaveBeenCalledTimes(2);
  });

  it('has the pages ask the API each time that it is refused, so that they go on without it', () => {
    const { live, newest, onReload } = fakeLive();
    live.start();
    newest().onClose(1006);
    expect(onReload).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(500);
    newest().onClose(1006);
    expect(onReload).toHaveBeenCalledTimes(2);
  });

  it('gives up a server that does not say hello within 10 s', () => {
    const { live, newest, sockets } = fakeLive();
    live.start();
    const first = newest();
    vi.advanceTimersByTime(10_000);
    expect(first.isClosed).toBe(true);
    vi.advanceTimersByTime(500);
    expect(sockets).toHaveLength(2);
  });

  it('asks a server that is silent whether it is there, and gives it up without an answer', () => {
    const { live, newest, sockets } = fakeLive();
    live.start();
    newest().says({ type: 'hello', position: 'p1' });
    const first = newest();
    vi.advanceTimersByTime(25_000);
    expect(first.sent).toEqual(['{"type":"ping"}']);
    first.says({ type: 'pong', position: 'p2' });
    vi.advanceTimersByTime(34_999);
    expect([first.isClosed, first.sent.length]).toEqual([false, 2]);
    vi.advanceTimersByTime(501);
    expect([first.isClosed, sockets.length]).toEqual([true, 2]);
    expect(newest().path).toBe('/api/live?position=p2');
  });

  it('comes back from where other people have moved the position', () => {
    const { live, newest, onReload } = fakeLive();
    live.start();
    newest().says({ type: 'hello', position: 'p1' });
    newest().says({ type: 'position', position: 'p7' });
    expect(onReload).toHaveBeenCalledOnce();
    newest().onClose(1012);
    vi.advanceTimersByTime(500);
    expect(newest().path).toBe('/api/live?position=p7');
  });

  it('is over at once when it is stopped, and begins without a position afterwards', () => {
    const { live, newest, sockets, statuses, changes } = fakeLive();
    live.start();
    newest().says({ type: 'hello', position: 'p1' });
    const old = newest();
    live.stop();
    expect([old.isClosed, statuses.at(-1)]).toEqual([true, 'off']);
    old.says({ ...change, position: 'p2' });
    vi.advanceTimersByTime(60_000);
    expect([sockets.length, changes.length]).toEqual([1, 0]);
    live.start();
    expect(newest().path).toBe('/api/live');
  });

  it('comes back at once when it is started while it waits', () => {
    const { live, newest, sockets } = fakeLive();
    live.start();
    newest().onClose(1006);
    live.start();
    expect(sockets).toHaveLength(2);
    vi.advanceTimersByTime(5_000);
    expect(sockets).toHaveLength(2);
  });

  it.each(['', 'x', '7', 'null', '[]', '{"type":"other"}', '{"type":"change"}'])(
    'takes no notice of %j',
    (text) => {
      const { live, newest, changes, onReload } = fakeLive();
      live.start();
      newest().onMessage(text);
      newest().onMessage(new ArrayBuffer(2));
      expect([changes.length, onReload.mock.calls.length]).toEqual([0, 0]);
    },
  );

  it('tells nobody who has left', () => {
    const { live, leave, newest, changes } = fakeLive();
    live.start();
    leave();
    newest().says({ ...change, position: 'p2' });
    expect(changes).toEqual([]);
  });
});
