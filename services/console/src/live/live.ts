import * as limits from '../limits.ts';

/** Something happened to an order; what it is now, the API says. */
export interface Change {
  readonly orderNo: string;
  /** ORDER, PAYMENT, CHECKOUT, ALERT or what is yet to come. */
  readonly kind: string;
  readonly eventType: string;
  /** Where it stands, for Plumbline-Position; empty where the server did not say. */
  readonly place: string;
}

export type LiveStatus = 'off' | 'connecting' | 'live' | 'waiting';

export interface LiveListener {
  onChange?(change: Change): void;
  /** Changes may have been missed: read again what is shown. */
  onReload?(): void;
}

/** A WebSocket, as far as it is used. It tells nothing before it is given back. */
export type OpenSocket = (
  path: string,
  events: { onMessage(data: unknown): void; onClose(code: number): void },
) => { send(text: string): void; close(code?: number): void };

export interface LiveOptions {
  readonly openSocket: OpenSocket;
  readonly onStatus: (status: LiveStatus) => void;
  /** The session may be over: somebody should ask the API. */
  readonly onRefused: () => void;
  /** Below 1. */
  readonly random: () => number;
}

export interface Live {
  /** Begins, or begins again at once where it waits. */
  start(): void;
  /** Ends, and forgets the position: whoever comes next may be somebody else. */
  stop(): void;
  listen(listener: LiveListener): () => void;
}

/** Closed because the session ended. */
const sessionEnded = 4401;
/** What a browser says of a connection that was never closed in form (RFC 6455, section 7.1.5). */
const noCode = 1006;

/**
 * Follows the changes of what the session's user may see, over `/api/live`:
 *
 *   off ──start──► connecting ──hello──► live
 *                      ▲  └──closed──┐     │ closed
 *                      └── waiting ◄─┴─────┘   500 ms, doubled up to 15 s, with jitter
 *
 * It comes back with the position it had. On hello and on reset everything that is shown is read
 * anew, whether or not the server could resume: that is one read, and no case is left in which a
 * page stays behind.
 */
export function createLive(options: LiveOptions): Live {
  const { openSocket, onStatus, onRefused, random } = options;
  const listeners = new Set<LiveListener>();
  let socket: ReturnType<OpenSocket> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let position: string | null = null;
  let failures = 0;
  let isOn = false;

  function connect(): void {
    clearTimeout(timer);
    onStatus('connecting');
    const query = position === null ? '' : `?position=${encodeURIComponent(position)}`;
    let isGreeted = false;
    const end = (code: number): void => {
      if (socket !== own) return;
      socket = null;
      clearTimeout(timer);
      // A refused upgrade has no code of its own: only the API can tell 401 from 503.
      if (code === sessionEnded || !isGreeted) refused();
      // Whoever was asked may have stopped it meanwhile.
      if (isOn) wait();
    };
    // A dead connection takes its time to close: it counts as closed at once.
    const giveUp = (): void => {
      end(noCode);
      own.close();
    };
    const own = openSocket(`/api/live${query}`, {
      onMessage(data) {
        const message = messageOf(data);
        if (socket !== own || message === null) return;
        position = message.position ?? position;
        if (message.type === 'hello') {
          isGreeted = true;
          failures = 0;
          onStatus('live');
        }
        tell(message);
        clearTimeout(timer);
        timer = setTimeout(() => {
          timer = setTimeout(giveUp, limits.pongMs);
          own.send('{"type":"ping"}');
        }, limits.pingMs);
      },
      onClose: end,
    });
    socket = own;
    timer = setTimeout(giveUp, limits.connectTimeoutMs);
  }

  function tell(message: Message): void {
    for (const listener of listeners) {
      if (message.type === 'change') listener.onChange?.(message.change);
      else if (message.type !== 'other') listener.onReload?.();
    }
  }

  /** The pages ask the API, and show what it says; where only this way is barred, they go on so. */
  function refused(): void {
    onRefused();
    for (const listener of listeners) listener.onReload?.();
  }

  function wait(): void {
    const most = Math.min(limits.reconnectMaxMs, limits.reconnectMinMs * 2 ** failures);
    failures += 1;
    onStatus('waiting');
    timer = setTimeout(connect, most * (1 - random() / 2));
  }

  return {
    start() {
      isOn = true;
      failures = 0;
      if (socket === null) connect();
    },
    stop() {
      isOn = false;
      clearTimeout(timer);
      position = null;
      const open = socket;
      socket = null;
      open?.close(1000);
      onStatus('off');
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

type Message =
  | { readonly type: 'hello' | 'reset' | 'other'; readonly position: string | null }
  | { readonly type: 'change'; readonly position: string | null; readonly change: Change };

/** `other`: a pong, a position, and whatever a newer server may say. `null`: no message at all. */
function messageOf(data: unknown): Message | null {
  const fields = fieldsOf(data);
  const text = (key: string): string | null => {
    const value = fields[key];
    return typeof value === 'string' ? value : null;
  };
  const position = text('position');
  const type = text('type');
  if (type === 'hello' || type === 'reset') return { type, position };
  const orderNo = text('orderNo');
  if (type !== 'change' || orderNo === null)
    return type === null ? null : { type: 'other', position };
  const [kind, eventType] = [text('kind') ?? '', text('eventType') ?? ''];
  return { type, position, change: { orderNo, kind, eventType, place: text('place') ?? '' } };
}

function fieldsOf(data: unknown): Readonly<Record<string, unknown>> {
  if (typeof data !== 'string') return {};
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
