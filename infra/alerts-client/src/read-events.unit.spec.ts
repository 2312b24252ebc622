import { alertsEventNames } from '@plumbline/events';
import { expect, it } from 'vitest';
import { readEvents } from './read-events.ts';
import { revive } from './revive.ts';
import { acknowledged, entryOf, raised } from './testing/alert-records.ts';

async function read(chunks: readonly Uint8Array[]) {
  const body = (async function* () {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  })();
  const events = [];
  for await (const event of readEvents(body)) events.push(event);
  return events;
}

const whole =
  ':\n\nevent: AlertRaised\nid: p1\ndata: {"a":"订单: 1"}\n\nid: p2\ndata: x\ndata: y\n\n';
const expected = [
  null,
  { event: 'AlertRaised', id: 'p1', data: '{"a":"订单: 1"}' },
  { event: '', id: 'p2', data: 'x\ny' },
];

it('events are read wherever the bytes are cut, whatever ends their lines', async () => {
  for (const text of [whole, whole.replaceAll('\n', '\r\n')]) {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 1)
      expect(await read([bytes.subarray(0, at), bytes.subarray(at)]), `${at}`).toEqual(expected);
    expect(await read([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
  }
});

it('what ends in the middle of an event is no event', async () => {
  expect(await read([Buffer.from('event: AlertRaised\nid: p1\ndata: {')])).toEqual([]);
});

it('a record is the same again after its way through JSON', () => {
  for (const event of [raised('a1'), acknowledged('a1')]) {
    const name = alertsEventNames.find((each) => each.endsWith(`.${event.type}`)) ?? '';
    const { data } = JSON.parse(entryOf(event, 'e1')) as { readonly data: object };
    expect(revive(name, { ...data, unknownField: 1 })).toEqual(event.data);
  }
});
