import type { Codec } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { ReadOnlyLog, TopicPartition } from '@plumbline/kafka';
import { aggregateStore } from '@plumbline/runtime';
import { chainedTopics } from '../doctor/chain-checks.ts';
import { replayCatchUpMs } from '../limits.ts';
import type { Position } from '../read/scan.ts';
import { partitionsOf } from '../read/scan.ts';
import { allTopologies } from '../topologies.ts';
import { foldChains } from './chains.ts';
import type { Findings, Part, PartResult } from './finding.ts';
import { createFindings, partResult } from './finding.ts';
import type { Fold } from './fold.ts';
import type { Heads } from './heads.ts';
import { readHeads } from './heads.ts';
import { foldNotifications } from './notifications.ts';
import { foldPaymentSums } from './payments-sums.ts';
import { accountMove, foldPots, stockMove } from './pots.ts';
import { readPartition } from './read-partition.ts';
import { corrupt } from './unreadable.ts';

/** Parts that one reading of the events is enough for. */
export const logParts = ['chains', 'sums', 'notifications'] as const satisfies readonly Part[];
export type LogPart = (typeof logParts)[number];

export interface VerifyLogOptions {
  readonly log: ReadOnlyLog;
  readonly codec: Codec;
  readonly parts: readonly LogPart[];
  /** Null for all. */
  readonly partition: number | null;
  /** Broker time before the first record is read, epoch ms. */
  readonly nowMs: number;
  readonly listed: number;
  readonly signal: AbortSignal;
  /** How long a commit may take to show in all its partitions. */
  readonly catchUpMs?: number;
  onProgress?(at: TopicPartition, events: number): void;
}

export interface VerifiedLog {
  readonly parts: readonly PartResult[];
  /** How far each partition was read: what stands behind is not verified. */
  readonly positions: readonly Position[];
}

/** A fold of the decoded events of one topic, and the part that it belongs to. */
interface TopicFold {
  readonly part: LogPart;
  readonly topic: string;
  make(findings: Findings): Fold;
}

const topicFolds: readonly TopicFold[] = [
  {
    ...{ part: 'sums', topic: topics.accountsEvents.name },
    make: (findings) => foldPots(accountMove, findings, 'accounts'),
  },
  {
    ...{ part: 'sums', topic: topics.inventoryEvents.name },
    make: (findings) => foldPots(stockMove, findings, 'items'),
  },
  { part: 'sums', topic: topics.paymentsEvents.name, make: foldPaymentSums },
  {
    ...{ part: 'notifications', topic: topics.notificationsEvents.name },
    make: foldNotifications,
  },
];

/**
 * Reads the events once, a partition at a time, and gives each to the parts that want it. What is kept
 * is of one partition, so that memory is bounded by its aggregates and not by the log.
 */
export async function verifyLog(options: VerifyLogOptions): Promise<VerifiedLog> {
  const { log, partition, listed } = options;
  const parts = new Map(options.parts.map((part) => [part, emptyPart(listed)] as const));
  const wanted = topicFolds.filter(({ part }) => parts.has(part));
  const read = parts.has('chains') ? chainedTopics : wanted.map(({ topic }) => topic);
  const positions: Position[] = [];
  for (const at of await partitionsOf(log, read))
    if (partition === null || at.partition === partition)
      positions.push(await verifyPartition(options, parts, at));
  return {
    positions,
    parts: [...parts].map(([part, { findings, looked }]) =>
      partResult(part, { findings, gaps: [], looked: Object.fromEntries(looked) }),
    ),
  };
}

/** What is known of a part so far. */
interface PartSoFar {
  readonly findings: Findings;
  readonly looked: Map<string, number>;
}

const emptyPart = (listed: number): PartSoFar => ({
  findings: createFindings(listed),
  looked: new Map(),
});

async function verifyPartition(
  options: VerifyLogOptions,
  parts: ReadonlyMap<LogPart, PartSoFar>,
  at: TopicPartition,
): Promise<Position> {
  const { log, codec, signal, catchUpMs = replayCatchUpMs } = options;
  signal.throwIfAborted();
  const own = topicFolds.filter(({ topic, part }) => topic === at.topic && parts.has(part));
  const folds = own.flatMap((each) => {
    const soFar = parts.get(each.part);
    return soFar === undefined ? [] : [{ soFar, fold: each.make(soFar.findings) }];
  });
  const chains = parts.get('chains');
  const heads = chains === undefined ? null : await headsOf(options, at, chains.findings);
  if (chains !== undefined) folds.push({ soFar: chains, fold: foldChains(heads, chains.findings) });
  const position = await readPartition({
    ...{ log, codec, signal, at, catchUpMs },
    onProgress: (where, events) => options.onProgress?.(where, events),
    folds: folds.map(({ fold }) => fold),
    isAwaited: () => heads?.isOpen === true,
    // Whichever part reads it: nothing of the partition can be said without the record.
    tell: (finding) => folds.at(-1)?.soFar.findings.add(finding),
  });
  for (const { fold, soFar } of folds) {
    await fold.end(options.nowMs);
    for (const [name, count] of Object.entries(fold.looked()))
      soFar.looked.set(name, (soFar.looked.get(name) ?? 0) + count);
  }
  return position;
}

/** Of topics that an aggregate's task writes; others keep no link of every chain. */
async function headsOf(
  options: VerifyLogOptions,
  at: TopicPartition,
  findings: Findings,
): Promise<Heads | null> {
  const { log, signal } = options;
  const topology = allTopologies.find(
    ({ outputs, stores }) => stores[0]?.name === aggregateStore && outputs[0] === at.topic,
  );
  if (topology === undefined) return null;
  try {
    return await readHeads({ log, signal, topology, partition: at.partition });
  } catch (error) {
    findings.add(corrupt(topology.changelog, error));
    return null;
  }
}
