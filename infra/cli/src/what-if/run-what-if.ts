import type { AsIf } from '@plumbline/consistency-alerts';
import { alertsAsIf } from '@plumbline/consistency-alerts';
import type { AlertsEvent, Codec } from '@plumbline/events';
import { topics, Undecodable, UnknownSchemaId } from '@plumbline/events';
import type { Ends, LogRecord, OutgoingRecord, ReadOnlyLog } from '@plumbline/kafka';
import { offsetAtTime, readOnlyLog } from '@plumbline/kafka';
import { slotCount, slotOfRecordKey } from '@plumbline/kernel';
import type { Topology } from '@plumbline/runtime';
import { replayTopology } from '@plumbline/runtime';
import { scan } from '../read/scan.ts';
import { ReplayRefused, requireBeginning } from '../replay/check-replay.ts';
import type { ComparedAlert } from './compare-alerts.ts';
import { compareAlerts } from './compare-alerts.ts';
import type { SaidAlerts, Window } from './raised-alerts.ts';
import { createSaidAlerts } from './raised-alerts.ts';

/** Which keys are looked at: the first `part` of `of` equal ranges of their slots. */
export interface Sample {
  readonly part: number;
  readonly of: number;
}

export interface WhatIfOptions {
  /** There is no way to write through it. */
  readonly log: ReadOnlyLog;
  /** For bytes that go nowhere. */
  readonly codec: Codec;
  readonly partitions: number;
  readonly window: Window;
  readonly changes: AsIf['changes'];
  /** Null for all keys. */
  readonly sample: Sample | null;
  /** That one partition may have up to the end of the window, on either side. */
  readonly alertsMax: number;
  readonly signal: AbortSignal;
  /** Called for each alert of the window, partition by partition. */
  onAlert(alert: ComparedAlert): void;
  /** Offsets folded of those there are, over all partitions. */
  onProgress?(done: bigint, total: bigint): void;
}

export interface WhatIfDone {
  readonly records: number;
  readonly timers: number;
}

/**
 * Folds the log from its beginning to the end of the window with the rules of the code at hand, with
 * the parameters of the time and the changes over them from where the window begins, and compares
 * what they raise in the window with what was raised. Nothing is written, and nothing that could
 * write is at hand.
 *
 * In memory are the state of one partition and its alerts, on both sides.
 * Errors: {@link ReplayRefused} when the beginning of an input is deleted; `TooManyAlerts`.
 */
export async function runWhatIf(options: WhatIfOptions): Promise<WhatIfDone> {
  const log = readOnlyLog(options.log);
  const topology = alertsAsIf({ changes: options.changes, fromMs: options.window.fromMs });
  await options.codec.prepare([
    ...new Set([...topology.outputs, topology.deadLetters, ...outcomesOf(topology)]),
  ]);
  const spans = await spansOf(options, log, topology);
  const total = spans.reduce((sum, ends) => sum + recordsOf(ends), 0n);
  const sum = { records: 0, timers: 0 };
  let before = 0n;
  for (const [partition, ends] of spans.entries()) {
    const said = () => createSaidAlerts(options.window, options.alertsMax);
    const sides = { was: said(), would: said() };
    await takeRaised(options, log, partition, sides.was);
    const earlier = before;
    const onProgress = (done: bigint): void => options.onProgress?.(earlier + done, total);
    const { records, timers } = await replayTopology({
      log: watched(log, ends, { signal: options.signal, onProgress }),
      ...{ topology: sampled(topology, options.sample), codec: options.codec, partition, ends },
      ...{ partitions: options.partitions, untilMs: options.window.toMs },
      onOutput: (output) => takeOutput(options.codec, output, sides.would),
    });
    sum.records += records;
    sum.timers += timers;
    before += recordsOf(ends);
    options.onProgress?.(before, total);
    for (const alert of compareAlerts(sides, options.window)) options.onAlert(alert);
  }
  return sum;
}

const outcomesOf = ({ inputs }: Topology): readonly string[] =>
  inputs.flatMap((input) => ('outcomes' in input ? [input.outcomes] : []));

/** By partition: where each input ends for the window. */
async function spansOf(
  { partitions, window, signal }: WhatIfOptions,
  log: ReadOnlyLog,
  { inputs }: Topology,
): Promise<readonly ReadonlyMap<string, Ends>[]> {
  const spans: ReadonlyMap<string, Ends>[] = [];
  for (let partition = 0; partition < partitions; partition += 1) {
    const ends = new Map<string, Ends>();
    for (const { topic } of inputs) {
      signal.throwIfAborted();
      const at = { topic, partition };
      await requireBeginning(log, at);
      const end = await offsetAtTime(log, at, window.toMs);
      ends.set(topic, { logStartOffset: 0n, lastStableOffset: end, highWatermark: end });
    }
    spans.push(ends);
  }
  return spans;
}

const recordsOf = (ends: ReadonlyMap<string, Ends>): bigint =>
  [...ends.values()].reduce((sum, { lastStableOffset }) => sum + lastStableOffset, 0n);

/** What was raised, from the topic of alerts. */
async function takeRaised(
  { codec, sample, signal }: WhatIfOptions,
  log: ReadOnlyLog,
  partition: number,
  into: SaidAlerts,
): Promise<void> {
  const topic = topics.alertsEvents.name;
  await requireBeginning(log, { topic, partition });
  await scan({
    ...{ log, signal, of: [{ topic, partition }] },
    take: async (record) => {
      if (!isSampled(sample, record.key?.toString('utf8') ?? '')) return;
      into.take(await alertsEventOf(codec, record));
    },
  });
}

async function alertsEventOf(codec: Codec, record: LogRecord): Promise<AlertsEvent> {
  const { topic, partition, offset, value } = record;
  try {
    const schemaId = codec.needs(value);
    if (schemaId !== null) await codec.learn(schemaId);
    // The catalogue ties the topic to its union, and the codec has checked the type.
    return codec.decode(topic, value) as AlertsEvent;
  } catch (error) {
    if (!(error instanceof Undecodable || error instanceof UnknownSchemaId)) throw error;
    throw new ReplayRefused(
      `${topic}-${partition} at ${offset.toString()} cannot be read, so that it is not known what ` +
        `was raised: ${error.message}`,
    );
  }
}

/** What would be raised, from a replay: in bytes, as it would stand in the log. */
function takeOutput(codec: Codec, { topic, value }: OutgoingRecord, into: SaidAlerts): void {
  if (topic !== topics.alertsEvents.name) return;
  into.take(codec.decode(topic, value) as AlertsEvent);
}

/** A slot decides the partition by its low bits; the high ones share out each partition alike. */
export const isSampled = (sample: Sample | null, key: string): boolean =>
  sample === null || slotOfRecordKey(key) * sample.of < slotCount * sample.part;

/** The same topology, of which a sample is all that is looked at. */
const sampled = (topology: Topology, sample: Sample | null): Topology =>
  sample === null
    ? topology
    : {
        ...topology,
        inputs: topology.inputs.map((input) =>
          input.kind === 'events'
            ? { ...input, concerns: ({ key }) => isSampled(sample, key) }
            : input,
        ),
      };

/** The same log, whose readers say how far they are, and stop at Ctrl-C. */
const watched = (
  log: ReadOnlyLog,
  ends: ReadonlyMap<string, Ends>,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (done: bigint) => void },
): ReadOnlyLog => ({
  ...log,
  async openReader(options) {
    const reader = await log.openReader(options);
    const done = (): bigint =>
      options.from.reduce((sum, { topic, partition }) => {
        const end = ends.get(topic)?.lastStableOffset ?? 0n;
        const position = reader.position({ topic, partition });
        return sum + (position < end ? position : end);
      }, 0n);
    return {
      position: (of) => reader.position(of),
      stampMs: () => reader.stampMs(),
      seek: (to) => reader.seek(to),
      async fetch(fetch, only) {
        signal.throwIfAborted();
        const fetched = await reader.fetch(fetch, only);
        onProgress(done());
        return fetched;
      },
      close: () => reader.close(),
    };
  },
});
