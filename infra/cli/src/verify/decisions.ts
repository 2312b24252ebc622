import { accountsTopology } from '@plumbline/accounts';
import type { Codec } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { inventoryTopology } from '@plumbline/inventory';
import type { Log, LogRecord, OutgoingRecord } from '@plumbline/kafka';
import { merchantResultsTopology } from '@plumbline/payments';
import type { ReplayDifference } from '../replay/check-replay.ts';
import { checkReplay, ReplayRefused } from '../replay/check-replay.ts';
import { comparedHeaders } from '../replay/record-digest.ts';
import type { Replayable } from '../replay/replayables.ts';
import { replayables } from '../replay/replayables.ts';
import type { Finding, Findings, PartResult } from './finding.ts';
import { createFindings, partResult } from './finding.ts';

/** Deciders, the lead of purchases, and the alerts with their ids. */
export const decided: readonly Replayable[] = [
  ...replayables,
  {
    topology: inventoryTopology,
    topics: [topics.inventoryEvents.name, topics.inventoryOutcomes.name],
  },
  {
    topology: accountsTopology,
    topics: [topics.accountsEvents.name, topics.accountsOutcomes.name],
  },
];

/** What merchants are told of: with nothing between two statuses left out, and under the same ids. */
export const results: Replayable = {
  topology: merchantResultsTopology,
  topics: [topics.resultsEvents.name],
};

/** Everything that follows from the log alone. */
export const decidedAndDerived: readonly Replayable[] = [...decided, results];

export interface VerifyDecisionsOptions {
  readonly log: Log;
  readonly codec: Codec;
  readonly partitions: number;
  /** Null for all. */
  readonly partition: number | null;
  readonly nowMs: number;
  readonly catchUpMs: number;
  readonly listed: number;
  readonly signal: AbortSignal;
  onProgress?(topology: string, partition: number, outputs: number): void;
}

/** Decides everything again, and compares it with what stands in the log. */
export async function verifyDecisions(
  options: VerifyDecisionsOptions,
  all: readonly Replayable[] = decided,
): Promise<PartResult> {
  const findings = createFindings(options.listed);
  const gaps: string[] = [];
  const looked: Record<string, number> = {};
  for (const each of all) {
    options.signal.throwIfAborted();
    const { records, gap } = await replayOne(options, each, findings);
    if (gap !== null) gaps.push(gap);
    else looked[each.topology.name] = records;
  }
  return partResult('decisions', { looked, findings, gaps });
}

/** Adds the first difference of each topic; a gap where the log no longer holds what it takes. */
export async function replayOne(
  options: VerifyDecisionsOptions,
  { topology, topics: compared }: Replayable,
  findings: Findings,
): Promise<{ readonly records: number; readonly gap: string | null }> {
  const { log, codec, partitions, partition, nowMs, catchUpMs, signal } = options;
  try {
    const comparisons = await checkReplay({
      ...{ log, codec, partitions, topology, topics: compared, catchUpMs, signal },
      ...{ partition: partition ?? undefined, brokerNowMs: nowMs },
      onProgress: (at) => options.onProgress?.(topology.name, at.partition, at.outputs),
    });
    for (const { topic, difference } of comparisons)
      if (difference !== null) findings.add(findingOf(topic, difference));
    return { records: comparisons.reduce((sum, { records }) => sum + records, 0), gap: null };
  } catch (error) {
    if (!(error instanceof ReplayRefused)) throw error;
    return { records: 0, gap: `${topology.name}: ${error.message}` };
  }
}

function findingOf(topic: string, difference: ReplayDifference): Finding {
  const { partition, index, live, replayed } = difference;
  const at = live === null ? null : { topic, partition, offset: live.offset };
  const about = (live ?? replayed)?.key?.toString('utf8') ?? '';
  const where = `record ${index} of ${topic}-${partition}`;
  if (live === null)
    return {
      ...{ kind: 'DECISION_MISSING', at, about },
      what: `${where} is not there: a replay writes ${said(replayed)}`,
    };
  if (replayed === null)
    return {
      ...{ kind: 'DECISION_TOO_MANY', at, about },
      what: `${where} is ${said(live)}, and a replay writes nothing there`,
    };
  const headers = comparedHeaders.filter((name) => textOf(live, name) !== textOf(replayed, name));
  const in_ = headers.length === 0 ? 'its value' : headers.join(', ');
  return {
    ...{ kind: 'DECISION_DIFFERS', at, about },
    what: `${where} is ${said(live)}, a replay writes ${said(replayed)}: other in ${in_}`,
  };
}

const textOf = (record: LogRecord | OutgoingRecord, header: string): string =>
  record.headers[header]?.toString() ?? '';

function said(record: LogRecord | OutgoingRecord | null): string {
  if (record === null) return 'nothing';
  const [type, id, about] = ['ce_type', 'ce_id', 'ce_subject'].map((name) => textOf(record, name));
  return `${type} ${id} of ${about}`;
}
