/** One event as it came. */
export interface CameEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

export interface SseClient {
  events(): readonly CameEvent[];
  last(): CameEvent | undefined;
  /** Ids of the alerts' events, in the order in which they came. */
  told(): readonly string[];
  positionsOfTold(): readonly string[];
  /** The last id, which a client comes back with. */
  position(): string;
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** Reads a stream as a browser would. Errors: an answer that is none. */
export async function openSse(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<SseClient> {
  const closing = new AbortController();
  const response = await fetch(url, { headers, signal: closing.signal });
  if (!response.ok || response.body === null)
    throw new Error(`${response.status}: ${await response.text()}`);
  const events: CameEvent[] = [];
  const body = response.body as AsyncIterable<Uint8Array>;
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of body) {
      rest += decoder.decode(chunk, { stream: true });
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) if (!block.startsWith(':')) events.push(eventOf(block));
    }
  };
  const ended = read().catch(() => undefined);
  const alerts = (): readonly CameEvent[] =>
    events.filter(({ data }) => data.includes('"eventId"'));
  return {
    events: () => events,
    last: () => events.at(-1),
    told: () =>
      alerts().map(({ data }) => (JSON.parse(data) as { readonly eventId: string }).eventId),
    positionsOfTold: () => alerts().map(({ id }) => id),
    position: () => events.at(-1)?.id ?? '',
    ended,
    async close() {
      closing.abort();
      await ended;
    },
  };
}

function eventOf(block: string): CameEvent {
  const fields = new Map(
    block.split('\n').map((line): [string, string] => {
      const at = line.indexOf(': ');
      return [line.slice(0, at), line.slice(at + 2)];
    }),
  );
  const field = (name: string): string => fields.get(name) ?? '';
  return { event: field('event'), id: field('id'), data: field('data') };
}
