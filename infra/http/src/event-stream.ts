import type { IncomingMessage, ServerResponse } from 'node:http';
import { farewellMs } from './limits.ts';

/** One event as `text/event-stream` has it. `id` is what a client that comes back shows. */
export interface StreamedEvent {
  readonly event: string;
  readonly id: string;
  /** One line: JSON. */
  readonly data: string;
}

/**
 * An answer that goes on: events as they happen, to one client (HTML Living Standard, 9.2). Whatever
 * is sent after its end is dropped.
 */
export interface EventStream {
  send(event: StreamedEvent): void;
  /** Says nothing, and keeps proxies from cutting what is silent. */
  beat(): void;
  /** Bytes that were sent and that nobody has taken yet. */
  waitingBytes(): number;
  /** Resolves when nothing waits, or when it is over. */
  drained(): Promise<void>;
  /** Whoever does not take what waits within a second is cut. */
  end(): void;
  isOver(): boolean;
  /** Each is called once, at the end of either side. */
  onOver(listener: () => void): void;
}

/** Who writes on an answer that goes on. */
export interface Streaming {
  /** The server stops: the client is told to go elsewhere, and the stream ended. */
  goAway(): void;
}

/** Streams of one server. */
export interface Streams {
  goAway(): void;
}

interface Known {
  /** Whether the server stops. */
  going: boolean;
  readonly all: Set<Streaming>;
}

const serverOf = new WeakMap<IncomingMessage, Known>();
const handedOver = new WeakSet<ServerResponse>();

export interface StreamsOfServer extends Streams {
  /** Before the application has a request. */
  noteRequest(request: IncomingMessage): void;
}

/** Knows the streams of a server, so that it need not wait for what never ends by itself. */
export function serveStreams(): StreamsOfServer {
  const known: Known = { going: false, all: new Set() };
  return {
    noteRequest: (request) => void serverOf.set(request, known),
    goAway() {
      known.going = true;
      for (const each of known.all) each.goAway();
    },
  };
}

/** Whether an answer has become a stream: it has been given, though it has not ended. */
export const isStreamed = (response: ServerResponse): boolean => handedOver.has(response);

/** Makes a stream of an answer whose status and headers are set, and hands it to who writes. */
export function handStream(
  request: IncomingMessage,
  response: ServerResponse,
  take: (stream: EventStream) => Streaming,
): void {
  response.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
  // nginx would keep it until its buffer is full.
  response.setHeader('X-Accel-Buffering', 'no');
  // Nobody asks anything else on it, and whoever stops need not wait for it to be idle.
  response.shouldKeepAlive = false;
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  response.flushHeaders();
  // An event is a few hundred bytes, and worth nothing later.
  request.socket.setNoDelay(true);
  handedOver.add(response);
  // The call is over, for whoever counts and measures calls; the stream is not.
  response.emit('close');
  const streaming = take(streamOver(request, response));
  const known = serverOf.get(request);
  if (known !== undefined) {
    known.all.add(streaming);
    response.once('close', () => known.all.delete(streaming));
    if (known.going) streaming.goAway();
  }
}

function streamOver(request: IncomingMessage, response: ServerResponse): EventStream {
  let over = false;
  const listeners: (() => void)[] = [];
  let onDrained: (() => void)[] = [];
  const drained = (): void => {
    const waiting = onDrained;
    onDrained = [];
    for (const each of waiting) each();
  };
  const finish = (): void => {
    if (over) return;
    over = true;
    drained();
    for (const each of listeners) each();
  };
  response.on('drain', drained);
  response.once('close', finish);
  response.on('error', finish);

  return {
    send({ event, id, data }) {
      if (!over) response.write(`event: ${event}\nid: ${id}\ndata: ${data}\n\n`);
    },
    beat() {
      if (!over) response.write(':\n\n');
    },
    waitingBytes: () => (over ? 0 : response.writableLength),
    drained: () =>
      over || !response.writableNeedDrain
        ? Promise.resolve()
        : new Promise((resolve) => onDrained.push(resolve)),
    end() {
      if (over) return;
      const { socket } = request;
      response.end();
      finish();
      const cut = setTimeout(() => socket.destroy(), farewellMs);
      response.once('close', () => clearTimeout(cut));
    },
    isOver: () => over,
    onOver(listener) {
      if (over) listener();
      else listeners.push(listener);
    },
  };
}
