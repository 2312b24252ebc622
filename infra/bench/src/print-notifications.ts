import type { DeliveriesResult } from './measure/deliveries.ts';
import type { HangingResult } from './measure/hanging.ts';
import type { RetriesResult } from './measure/retries.ts';
import type { SubscribersResult } from './measure/subscribers.ts';
import type { WaitingResult } from './measure/waiting.ts';
import type { Times } from './notifications/arrived.ts';
import type { Column } from './print-columns.ts';
import { coresText, ms, name, number, whole } from './print-columns.ts';

export const timeColumns = <R>(title: string, of: (result: R) => Times): readonly Column<R>[] => [
  number(`${title}: p50`, title.length + 8, (r) => ms(of(r).p50Ms)),
  number('p95', 9, (r) => ms(of(r).p95Ms)),
  number('p99', 9, (r) => ms(of(r).p99Ms)),
  number('max', 10, (r) => ms(of(r).maxMs)),
];

export const deliveries: readonly Column<DeliveriesResult>[] = [
  number('events/s', 8, (r) => String(r.perSecond)),
  number('events', 8, (r) => String(r.events)),
  number('delivered', 10, (r) => String(r.delivered)),
  number('twice', 6, (r) => String(r.repeated)),
  number('delivered/s', 12, (r) => whole(r.deliveredPerSecond)),
  ...timeColumns<DeliveriesResult>('arrived', (r) => r.arrived),
  number('created: p50', 13, (r) => ms(r.created.p50Ms)),
  number('p99', 9, (r) => ms(r.created.p99Ms)),
  number('sent: p50', 10, (r) => ms(r.sent.p50Ms)),
  number('p99', 9, (r) => ms(r.sent.p99Ms)),
  number('writer99', 9, (r) => ms(r.writerLateP99Ms)),
  name('  cores', 60, (r) => `  ${coresText(r.cores)}`),
];

export const hanging: readonly Column<HangingResult>[] = [
  number('round', 5, (r) => String(r.round)),
  number('endpoints', 10, (r) => String(r.endpoints)),
  number('hanging', 8, (r) => String(r.hanging)),
  number('events/s', 9, (r) => String(r.perSecond)),
  ...timeColumns<HangingResult>('healthy', (r) => r.healthy),
  number('lost', 5, (r) => String(r.lost)),
  number('p99 ratio', 10, (r) => r.p99Ratio?.toFixed(2) ?? '-'),
  number('hung', 6, (r) => String(r.hung)),
  number('taken later', 12, (r) => String(r.hungDelivered)),
  name('  cores', 60, (r) => `  ${coresText(r.cores)}`),
];

export const retries: readonly Column<RetriesResult>[] = [
  number('level', 5, (r) => r.level),
  number('retries', 8, (r) => String(r.retries)),
  number('lost', 5, (r) => String(r.lost)),
  number('waiting', 8, (r) => String(r.waiting)),
  number('earliest', 9, (r) => ms(r.late.leastMs)),
  ...timeColumns<RetriesResult>('late', (r) => r.late),
  number('relay: mean', 12, (r) => ms(r.relay?.meanMs ?? null)),
  number('p99 below', 10, (r) => ms(r.relay?.p99BelowMs ?? null)),
  name('  cores', 60, (r) => `  ${coresText(r.cores)}`),
];

export const waiting: readonly Column<WaitingResult>[] = [
  number('records', 8, (r) => String(r.records)),
  number('MB', 6, (r) => whole(r.bytes / 1e6)),
  number('written/s', 10, (r) => whole((r.records * 1_000) / r.elapsedMs)),
  ...(['delays', 'notifications'] as const).flatMap((process): Column<WaitingResult>[] => [
    number(`${process}: MiB before`, 28, (r) => whole(r[process].before)),
    number('waiting', 8, (r) => whole(r[process].waiting)),
    number('peak', 6, (r) => whole(r[process].peak)),
  ]),
  name('  cores', 60, (r) => `  ${coresText(r.cores)}`),
];

export const subscribers: readonly Column<SubscribersResult>[] = [
  number('alerts/s', 8, (r) => String(r.perSecond)),
  number('causes', 7, (r) => String(r.causes)),
  number('raised: p50', 12, (r) => ms(r.raised.p50Ms)),
  number('p99', 9, (r) => ms(r.raised.p99Ms)),
  ...(['kafka', 'stream', 'webhook'] as const).flatMap((way): Column<SubscribersResult>[] => [
    number(`${way}: n`, 11, (r) => String(r[way].count)),
    number('p50', 9, (r) => ms(r[way].p50Ms)),
    number('p95', 9, (r) => ms(r[way].p95Ms)),
    number('p99', 9, (r) => ms(r[way].p99Ms)),
  ]),
  number('writer99', 9, (r) => ms(r.writerLateP99Ms)),
  name('  cores', 60, (r) => `  ${coresText(r.cores)}`),
];
