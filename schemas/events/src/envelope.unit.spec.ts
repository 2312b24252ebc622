import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Envelope } from './index.ts';
import { decodeEnvelope, encodeEnvelope, firstPreviousHash, hashOfEvent } from './index.ts';

const event: Envelope = {
  id: '0190a4b2-0000-8000-8000-00000000abcd',
  type: 'OrderCreated',
  source: '/plumbline/orders',
  subject: '订单-1',
  timeMs: Date.UTC(2024, 1, 29, 12, 0, 0, 7),
  correlationId: 'c-1',
  causationId: 'timer:expire:1709208000007',
  actor: 'system:orders',
  aggregateVersion: 12n,
  previousHash: 'ab'.repeat(32),
  subjectKeyId: 'key-1',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
};
const command: Envelope = {
  ...event,
  causationId: null,
  aggregateVersion: null,
  previousHash: null,
  subjectKeyId: null,
  traceparent: null,
};

const bytesOf = (headers: Record<string, string>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]));

describe('envelope', () => {
  it('has the headers of docs/formats.md and no other', () => {
    expect(encodeEnvelope(event)).toEqual({
      'content-type': 'application/avro',
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_source: '/plumbline/orders',
      ce_type: 'OrderCreated',
      ce_time: '2024-02-29T12:00:00.007Z',
      ce_subject: '订单-1',
      ce_correlationid: 'c-1',
      ce_causationid: 'timer:expire:1709208000007',
      ce_actor: 'system:orders',
      ce_aggregateversion: '12',
      ce_previoushash: 'ab'.repeat(32),
      ce_subjectkeyid: 'key-1',
      traceparent: event.traceparent,
    });
    expect(Object.keys(encodeEnvelope(command))).toHaveLength(9);
  });

  it('reads records one after the other whose headers are other ones, in other orders', () => {
    const own = Object.entries(bytesOf(encodeEnvelope(event)));
    const foreign = (n: number): [string, Buffer] => [`x-${n}`, Buffer.from('ce_id')];
    for (let turn = 0; turn < own.length; turn += 1) {
      const turned = [...own.slice(turn), ...own.slice(0, turn)];
      expect(decodeEnvelope(Object.fromEntries(turned))).toStrictEqual(event);
      const mixed = turned.flatMap((header, n) => [foreign(n), header]);
      expect(decodeEnvelope(Object.fromEntries(mixed))).toStrictEqual(event);
      expect(decodeEnvelope(bytesOf(encodeEnvelope(command)))).toStrictEqual(command);
    }
  });

  it('does not take a text for another of the same length', () => {
    for (const actor of ['api:first', 'api:other', 'api:first', 'api:Other']) {
      expect(decodeEnvelope(bytesOf(encodeEnvelope({ ...event, actor })))).toMatchObject({ actor });
    }
  });

  it.each([event, command])('reads what it wrote', (envelope) => {
    expect(decodeEnvelope(bytesOf(encodeEnvelope(envelope)))).toStrictEqual(envelope);
  });

  it.each([
    'content-type',
    'ce_specversion',
    'ce_id',
    'ce_source',
    'ce_type',
    'ce_time',
    'ce_subject',
    'ce_correlationid',
    'ce_actor',
    'ce_aggregateversion',
    'ce_previoushash',
  ])('without %s is refused', (name) => {
    const rest = bytesOf(encodeEnvelope(event));
    Reflect.deleteProperty(rest, name);
    expect(() => decodeEnvelope(rest)).toThrow(
      expect.objectContaining({
        name: 'Undecodable',
        reason: 'ENVELOPE_HEADER_MISSING',
        message: `the header ${name} is missing`,
      }),
    );
  });

  it.each([
    ['content-type', 'application/json'],
    ['ce_specversion', '0.3'],
    ['ce_id', ''],
    ['ce_subject', 'x'.repeat(1_025)],
    ['ce_time', '2024-02-30T12:00:00.007Z'],
    ['ce_time', '2024-02-29T12:00:00Z'],
    ['ce_time', '2024-02-29T12:00:00.007+00:00'],
    ['ce_time', '2024-02-29T24:00:00.000Z'],
    ['ce_time', 'yesterday'],
    ['ce_aggregateversion', '0'],
    ['ce_aggregateversion', '-1'],
    ['ce_aggregateversion', '1.5'],
    ['ce_previoushash', 'AB'.repeat(32)],
    ['ce_previoushash', 'ab'],
  ])('with %s %j is refused', (name, text) => {
    const headers = { ...bytesOf(encodeEnvelope(event)), [name]: Buffer.from(text) };
    expect(() => decodeEnvelope(headers)).toThrow(
      expect.objectContaining({ reason: 'ENVELOPE_HEADER_INVALID' }),
    );
  });

  it.each(['garbage', '00-00000000000000000000000000000000-00f067aa0ba902b7-01', ''])(
    'drops the trace context %j, which is no reason to lose a record',
    (traceparent) => {
      const headers = { ...bytesOf(encodeEnvelope(event)), traceparent: Buffer.from(traceparent) };
      expect(decodeEnvelope(headers).traceparent).toBeNull();
    },
  );

  it.each<Partial<Envelope>>([
    { id: '' },
    { subject: 'x'.repeat(1_025) },
    { timeMs: Number.NaN },
    { timeMs: 0.5 },
    { timeMs: Date.UTC(12_000, 0) },
    { aggregateVersion: 0n },
    { aggregateVersion: null },
    { previousHash: null },
    { previousHash: 'AB'.repeat(32) },
  ])('is not written with %o', (change) => {
    expect(() => encodeEnvelope({ ...event, ...change })).toThrow(
      expect.objectContaining({ name: 'InvariantViolation' }),
    );
  });
});

describe('hash of an event', () => {
  const input = { key: 'main/o-1', envelope: event, body: Buffer.from([1, 2, 3]) };

  it('is SHA-256 over the parts of docs/formats.md, each with its length before it', () => {
    const hash = createHash('sha256');
    for (const part of [
      'main/o-1',
      event.id,
      'OrderCreated',
      '2024-02-29T12:00:00.007Z',
      '订单-1',
      'system:orders',
      'c-1',
      'timer:expire:1709208000007',
      '12',
      'ab'.repeat(32),
      Buffer.from([1, 2, 3]),
    ]) {
      const bytes = Buffer.from(part as string);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      hash.update(length).update(bytes);
    }
    expect(hashOfEvent(input)).toBe(hash.digest('hex'));
  });

  it.each<Partial<Envelope>>([
    { id: 'other' },
    { type: 'OrderPaid' },
    { timeMs: 0 },
    { subject: 'other' },
    { actor: 'other' },
    { correlationId: 'other' },
    { causationId: null },
    { aggregateVersion: 13n },
    { previousHash: firstPreviousHash },
  ])('changes with %o', (change) => {
    const changed = { ...input, envelope: { ...event, ...change } };
    expect(hashOfEvent(changed)).not.toBe(hashOfEvent(input));
  });

  it('stays when an event moves to another log or trace', () => {
    const moved = { ...event, source: '/plumbline/import', traceparent: null, subjectKeyId: null };
    expect(hashOfEvent({ ...input, envelope: moved })).toBe(hashOfEvent(input));
  });

  it('is not given to what is no event', () => {
    expect(() => hashOfEvent({ ...input, envelope: command })).toThrow(/aggregate version/);
  });
});
