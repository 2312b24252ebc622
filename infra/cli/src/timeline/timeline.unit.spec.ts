import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics } from '@plumbline/events';
import { derivedUuid, payNo as payNoOf, slotOf } from '@plumbline/kernel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TimelineOptions } from '../commands/order-timeline.ts';
import { showTimeline } from '../commands/order-timeline.ts';
import { createDyingFiles } from '../monitor-client/testing/dying-files.ts';
import { createMemoryDisk } from '../monitor-client/testing/memory-disk.ts';
import type { EventWriter } from '../testing/event-writer.ts';
import { createEventWriter } from '../testing/event-writer.ts';
import {
  alertRaised,
  callbackRecorded,
  encrypted,
  money,
  orderCreated,
  orderKey as key,
  paymentCreated,
} from '../testing/sample-events.ts';
import { writeWhole } from './write-whole.ts';

const payNo = payNoOf({ atMs: 1, slot: slotOf(key), random: 7 });
const stranger = payNoOf({ atMs: 1, slot: slotOf(key), random: 8 });
const alertId = derivedUuid(slotOf(key), 'alert', '1');
const of = { payNo, orderNo: 'H1' };
let writer: EventWriter;
let folder: string;

beforeEach(async () => {
  writer = createEventWriter();
  folder = await mkdtemp(join(tmpdir(), 'timeline-'));
});

afterEach(() => rm(folder, { recursive: true }));

async function show(options: TimelineOptions) {
  const session = writer.session.again();
  const exitCode = await showTimeline(session, 'H1', options);
  return { exitCode, text: session.out.stdout(), notes: session.out.stderr() };
}

const incident = { incidentId: 'i1', rule: 'A', tenant: 'main', money: [] };
const counts = {
  ...{ members: 1, open: 1, resolved: 0, autoResolved: 0 },
  ...{ superseded: 0, writtenOff: 0, suppressed: 0 },
};
const opened = (incidentId: string, joined: readonly string[]) => ({
  type: 'IncidentOpened',
  data: { ...incident, incidentId, joined, counts, firstAt: 0, lastAt: 0, openedAt: 0 },
});
const ended = (incidentId: string) => ({
  type: 'IncidentEnded',
  data: { ...incident, incidentId, counts, reason: 'QUIET', endedAt: 0 },
});

/** Everything that can happen to an order, with things of others among them. */
async function story(reason = 'torn'): Promise<void> {
  const { ordersEvents, paymentsEvents, paymentsInbox, alertsEvents, incidentsEvents } = topics;
  const refused = (claimed: string) => ({
    type: 'CallbackRefused',
    data: {
      ...{ payNo: claimed, callbackId: 'c', callbackStatus: null, rawPayload: encrypted },
      ...{ code: 'SIGNATURE_INVALID', receivedAt: 0 },
    },
  });
  const incidents = { key: 'main/incidents.A' };
  await writer.write(incidentsEvents.name, opened('i0', ['another']), incidents);
  await writer.write(ordersEvents.name, orderCreated(), { key });
  await writer.write(paymentsEvents.name, paymentCreated(payNo, encrypted), { key });
  const started = { ...of, callId: 'c1', kind: 'CREATE', refundId: null, worker: 'w' };
  await writer.write(
    paymentsEvents.name,
    { type: 'GatewayCallStarted', data: { ...started, startedAt: 0, giveUpAt: 1 } },
    { key },
  );
  await writer.write(paymentsInbox.name, refused(payNo), { key: payNo });
  await writer.write(paymentsInbox.name, refused(stranger), { key: stranger });
  await writer.write(paymentsEvents.name, callbackRecorded(payNo, 'H1'), { key });
  const refund = { ...of, ...money, refundId: 'r1', refundReference: 'R1', reason };
  const asked = { automatic: false, gatewayTransactionId: null, requestedAt: 0 };
  await writer.write(
    paymentsEvents.name,
    { type: 'RefundRequested', data: { ...refund, ...asked } },
    { key },
  );
  await writer.write(
    topics.notificationsEvents.name,
    { type: 'NotificationAbandoned', data: { notificationId: 'n1', reason, abandonedAt: 0 } },
    { key },
  );
  for (const [orderNo, reservationId] of [
    ['H1', 'ours'],
    ['H2', 'theirs'],
  ]) {
    const data = { tenant: 'main', sku: 'S1', reservationId, orderNo, quantity: 1 };
    const payload = { type: 'StockReserved', data: { ...data, expireAt: 1, reservedAt: 1 } };
    await writer.write(topics.inventoryEvents.name, payload, { key: 'main/S1' });
  }
  await writer.write(alertsEvents.name, alertRaised(alertId), { key });
  await writer.write(incidentsEvents.name, opened('i1', ['another', alertId]), incidents);
  await writer.write(incidentsEvents.name, ended('i0'), incidents);
  await writer.write(incidentsEvents.name, ended('i1'), incidents);
}

describe('the timeline of an order', () => {
  it('has what happened to it in every context, in order, and nothing of others', async () => {
    await story();
    const { exitCode, text } = await show({ json: true });
    const entries = JSON.parse(text) as readonly { readonly kind: string; readonly type: string }[];
    expect(exitCode).toBe(0);
    expect(entries.map(({ kind, type }) => `${kind} ${type}`)).toEqual([
      ...['order OrderCreated', 'payment PaymentCreated', 'call GatewayCallStarted'],
      ...['unverified CallbackRefused', 'webhook PaymentCallbackRecorded'],
      ...['refund RefundRequested', 'notification NotificationAbandoned', 'stock StockReserved'],
      ...['alert AlertRaised', 'incident IncidentOpened', 'incident IncidentEnded'],
    ]);
    expect(text).not.toContain('theirs');
    expect(text).not.toContain(stranger);
    expect(text).not.toContain('i0');
  });

  it('ends at a moment', async () => {
    await writer.write(topics.ordersEvents.name, orderCreated(), { key });
    const paid = await writer.write(topics.paymentsEvents.name, paymentCreated(payNo), { key });
    await writer.write(topics.alertsEvents.name, alertRaised(alertId), { key });
    for (const at of [paid.time, paid.place]) {
      const { text } = await show({ at });
      expect(text).toContain('PaymentCreated');
      expect(text).not.toContain('AlertRaised');
    }
    const early = await show({ at: '2020-01-01T00:00:00Z' });
    expect(early).toMatchObject({ exitCode: 1, text: '' });
    await expect(show({ at: '2026-01-05T12:00' })).rejects.toThrow('names no time zone');
  });

  it('shows no personal data, and moves no cursor', async () => {
    await story('torn\u001b[2J\u202e');
    const html = join(folder, 'page.html');
    for (const options of [{}, { json: true }, { html }])
      expect((await show(options)).text).not.toContain('enc:v1');
    const moved = ['\u001b', '\u202e'];
    for (const text of [(await show({})).text, await readFile(html, 'utf8')]) {
      expect(text).toContain('torn\uFFFD[2J\uFFFD');
      expect(moved.filter((character) => text.includes(character))).toEqual([]);
      expect(text).not.toContain('enc:v1');
    }
  });

  it('reads of each topic the partitions in which the order, its stock and its incidents stand', async () => {
    await story();
    const opening = vi.spyOn(writer.session.memory, 'openReader');
    await show({});
    const read = opening.mock.calls.map(([{ from }]) => new Map(from.map((at) => [at.topic, at])));
    expect(read).toHaveLength(3);
    for (const partitions of read) expect(partitions.size).toBeGreaterThan(0);
    expect([...(read[1]?.keys() ?? [])]).toEqual([topics.inventoryEvents.name]);
    expect([...(read[2]?.keys() ?? [])]).toEqual([topics.incidentsEvents.name]);
  });
});

describe('its page', () => {
  const page = async (): Promise<string> => {
    const file = join(folder, 'page.html');
    expect(await show({ html: file })).toMatchObject({ exitCode: 0, text: '' });
    return readFile(file, 'utf8');
  };

  it('is text whatever a record has in it, and asks for nothing', async () => {
    await story(`"><script>alert('x')</script><img src=x onerror=alert(1)>&amp;`);
    const html = await page();
    expect(html).toContain('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;');
    // Every tag that is there is one of the page's own.
    const tags = [...html.matchAll(/<([a-z0-9]+)([^>]*)>/gi)];
    expect(tags.map(([, , attributes]) => attributes).join('\n')).not.toMatch(
      /\b(src|href|on\w+)=/,
    );
    expect([...new Set(tags.map(([, tag]) => tag))].sort()).toEqual([
      ...['b', 'body', 'dd', 'details', 'dl', 'dt', 'fieldset', 'h1', 'head', 'html', 'input'],
      ...['label', 'legend', 'li', 'meta', 'ol', 'p', 'pre', 'span', 'style', 'summary', 'time'],
      'title',
    ]);
  });

  it('lets a browser take its own style and nothing else', async () => {
    await story();
    const html = await page();
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(html) ?? [];
    const digest = createHash('sha256').update(style).digest('base64');
    expect(html).toContain(`content="default-src 'none'; style-src 'sha256-${digest}'; base-uri`);
    expect(style).toContain('prefers-color-scheme: dark');
    expect(style).toContain('@media print');
  });

  it('is filtered by what there is', async () => {
    await story();
    const html = await page();
    const kinds = ['order', 'payment', 'refund', 'call', 'webhook', 'unverified', 'alert'];
    for (const kind of kinds) {
      expect(html).toContain(`<input type="checkbox" id="show-${kind}" checked>`);
      expect(html).toContain(`body:has(#show-${kind}:not(:checked)) li.${kind}`);
      expect(html).toContain(`<li class="${kind}">`);
    }
    expect(html).toContain('incidents (2)');
    expect(html).not.toContain('show-remedy');
  });

  it('is not written where there is nothing to show, or no place for it', async () => {
    const file = join(folder, 'page.html');
    expect((await show({ html: file })).exitCode).toBe(1);
    await story();
    await expect(show({ html: join(folder, 'none', 'page.html') })).rejects.toThrow(
      /none\/page.html cannot be written, and nothing is left of it: ENOENT/,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([1, 2, 3] as const)(
    'is whole or not there when step %d on the disk fails',
    async (step) => {
      const disk = createMemoryDisk();
      await writeWhole('page', 'before', disk);
      for (const how of ['before', 'torn'] as const) {
        const { files } = createDyingFiles(disk, { step, how });
        await expect(writeWhole('page', 'after', files)).rejects.toThrow('cannot be written');
        const is = (await disk.read('page'))?.toString();
        expect(is).toBe(step === 3 && how === 'torn' ? 'after' : 'before');
      }
    },
  );

  it('leaves nothing beside it when the disk is full', async () => {
    const disk = createMemoryDisk();
    const full = { ...disk, sync: () => Promise.reject(new Error('ENOSPC: no space left')) };
    await expect(writeWhole('page', 'after', full)).rejects.toThrow('ENOSPC');
    expect(disk.ending('')).toEqual([]);
  });
});
