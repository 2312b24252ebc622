import type { EventStream, StreamedEvent } from '@plumbline/http';

export interface FakeStream extends EventStream {
  readonly events: readonly StreamedEvent[];
  /** Ids of the alerts' events, in the order in which they came. */
  told(): readonly string[];
  /** The id of the last event, which a client would come back with. */
  position(): string;
  /** Takes nothing more until it is let go. */
  hold(): void;
  letGo(): void;
  /** The client goes. */
  cut(): void;
  mostWaiting(): number;
  beats(): number;
}

/** A client without a network: it takes what it is sent at once, or not at all. */
export function createFakeStream(): FakeStream {
  const events: StreamedEvent[] = [];
  let [held, over, waiting, mostWaiting, beats] = [false, false, 0, 0, 0];
  let onDrained: (() => void)[] = [];
  const listeners: (() => void)[] = [];
  const drain = (): void => {
    waiting = 0;
    const each = onDrained;
    onDrained = [];
    for (const done of each) done();
  };
  const finish = (): void => {
    if (over) return;
    over = true;
    drain();
    for (const listener of listeners) listener();
  };
  return {
    events,
    told: () => events.flatMap(({ data }) => (data.includes('"eventId"') ? [idIn(data)] : [])),
    position: () => events.at(-1)?.id ?? '',
    hold: () => (held = true),
    letGo() {
      held = false;
      drain();
    },
    cut: finish,
    mostWaiting: () => mostWaiting,
    beats: () => beats,
    send(event) {
      if (over) return;
      events.push(event);
      if (!held) return;
      waiting += event.data.length;
      mostWaiting = Math.max(waiting, mostWaiting);
    },
    beat: () => (beats += 1),
    waitingBytes: () => waiting,
    drained: () =>
      over || waiting === 0 ? Promise.resolve() : new Promise((resolve) => onDrained.push(resolve)),
    end: finish,
    isOver: () => over,
    onOver: (listener) => {
      if (over) listener();
      else listeners.push(listener);
    },
  };
}

const idIn = (data: string): string => (JSON.parse(data) as { readonly eventId: string }).eventId;
