import { eventCharsMax } from './limits.ts';

/** One event of a stream; what it does not name is empty. */
export interface StreamEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

/**
 * Events of `text/event-stream` (HTML Living Standard, 9.2.6; lines end with LF or CRLF), and `null` for a
 * line that says nothing.
 * What comes before an end in the middle of an event is no event. Errors: those of the body; an event
 * that does not end.
 */
export async function* readEvents(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<StreamEvent | null, void, undefined> {
  const decoder = new TextDecoder();
  let [rest, event, id, data]: [string, string, string, string[]] = ['', '', '', []];
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    if (rest.length > eventCharsMax) throw new Error('an event of the stream does not end');
    const lines = rest.split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { event, id, data: data.join('\n') };
        [event, data] = ['', []];
        continue;
      }
      const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (name === '') yield null;
      else if (name === 'event') event = value;
      else if (name === 'id') id = value;
      else if (name === 'data') data.push(value);
    }
  }
}
