import type { FeedPosition, Seat } from '@plumbline/kafka';
import type { WebSocket } from 'ws';
import type { Caller } from '../http/authorise.ts';
import * as limits from '../limits.ts';
import type { Feed, Joined } from './feed.ts';
import type { ServerMessage } from './protocol.ts';
import { changeMessage, closeCodes, isPing, serviceRestart, unsupportedData } from './protocol.ts';

/**
 * One client that looks:
 *
 *   joining ──hello, what it missed──► live ──closed by either side──► over
 */
export interface Connection {
  readonly caller: Caller;
  /** Asks whether the other side is there. One that was silent for two is cut. */
  beat(): void;
  close(code: number, reason: string): void;
  goAway(): void;
}

export interface ConnectionOptions {
  readonly socket: WebSocket;
  readonly caller: Caller;
  readonly feed: Feed;
  readonly from: FeedPosition | null;
  readonly onOver: () => void;
}

export function openConnection(options: ConnectionOptions): Connection {
  const { socket, caller, feed } = options;
  let seat: Seat | null = null;
  let isOver = false;
  let unanswered = 0;
  let told = '';
  const pings = createAllowance(limits.pingsMax, limits.pingsWindowMs);

  function over(): void {
    if (isOver) return;
    isOver = true;
    seat?.leave();
    options.onOver();
  }

  function close(code: number, reason: string): void {
    over();
    socket.close(code, reason);
  }

  function send(message: ServerMessage): void {
    if (isOver) return;
    told = message.position;
    socket.send(JSON.stringify(message));
    if (socket.bufferedAmount > limits.sendBufferBytesMax)
      close(closeCodes.tooSlow, 'changes are not taken in time; resume from the last position');
  }

  function onMessage(data: Buffer, isBinary: boolean): void {
    if (isOver) return;
    unanswered = 0;
    if (isBinary) close(unsupportedData, 'text only');
    else if (!isPing(data.toString('utf8')))
      close(closeCodes.badMessage, 'only {"type":"ping"} is understood');
    else if (!pings.take()) close(closeCodes.tooMany, 'pings come too often');
    else if (seat !== null) send({ type: 'pong', position: seat.position() });
  }

  function onJoined({ how, position, missed }: Joined): void {
    send({ type: 'hello', how, position });
    for (const { change, position: at } of missed) send(changeMessage(change.note, at));
  }

  const { user } = caller;
  const isOperator = user.roles.includes('operator');
  const follower = {
    // An operator has heard of a change that is noted again.
    wants: (note: Parameters<typeof changeMessage>[0]) =>
      isOperator ? !note.again : note.buyer === user.id,
    onJoined,
    onChange: (...[{ note }, position]: Parameters<Parameters<Feed['join']>[0]['onChange']>) =>
      send(changeMessage(note, position())),
    onReset: (position: string) => send({ type: 'reset', position }),
  };

  socket.on('message', onMessage);
  socket.on('pong', () => (unanswered = 0));
  socket.on('close', over);
  // What the protocol forbids is answered by the library, with a code of its own.
  socket.on('error', over);
  void feed.join(follower, options.from).then((joined) => {
    seat = joined;
    if (isOver) joined.leave();
  });

  return {
    caller,
    beat() {
      if (isOver) return;
      if (unanswered >= limits.heartbeatsMissedMax) {
        over();
        socket.terminate();
        return;
      }
      unanswered += 1;
      socket.ping();
      const position = seat?.position();
      if (position !== undefined && position !== told) send({ type: 'position', position });
    },
    close,
    goAway: () => close(serviceRestart, 'the server stops; resume elsewhere'),
  };
}

/** So many within a window, which begins with the first. */
function createAllowance(max: number, windowMs: number) {
  let [begunAtMs, taken] = [-Infinity, 0];
  return {
    take(): boolean {
      const nowMs = performance.now();
      if (nowMs - begunAtMs >= windowMs) [begunAtMs, taken] = [nowMs, 0];
      taken += 1;
      return taken <= max;
    },
  };
}
