import { topics } from '@plumbline/events';
import type { RequestContext } from '@plumbline/http';
import { HttpProblem, Overloaded, WriteFailed, WriteUnknown } from '@plumbline/http';
import { partitionOfSlot, routingKey, slotOf } from '@plumbline/kernel';
import { z } from 'zod';
import type { AlertVerb, Saying } from './alert-sayings.ts';
import { commandOf } from './alert-sayings.ts';
import type { BffEdge } from './edge.ts';
import { problem } from './error-codes.ts';
import { count } from './fields.ts';
import { say } from './say.ts';

const result = z.object({
  alertId: z.string(),
  outcome: z
    .enum(['DONE', 'UNCHANGED', 'REFUSED', 'UNKNOWN'])
    .describe('UNKNOWN: it may have been done; say it again with the same Idempotency-Key'),
  status: z.string().nullable().describe('As the alert is now; null where nothing was decided'),
  code: z.string().nullable().describe('Why it was refused, or is not known'),
  message: z.string().nullable(),
});

type Result = z.output<typeof result>;

export const saidOfEach = z.object({
  done: count().describe('Alerts that changed'),
  results: z.array(result),
});

/** An alert, and how to find whose it is. */
export interface Addressed {
  readonly alertId: string;
  order(): Promise<{ readonly tenant: string; readonly orderNo: string }>;
}

/**
 * Says one thing of each alert. Each is decided by itself, and the others stand whatever becomes of
 * one. `position`: one place a partition, for reads that are to show it; empty where nothing changed.
 */
export async function sayOfEach(
  edge: BffEdge,
  of: {
    readonly action: AlertVerb;
    readonly alerts: readonly Addressed[];
    readonly saying: Saying;
    readonly once: string | undefined;
    readonly context: RequestContext;
  },
): Promise<{ readonly said: z.output<typeof saidOfEach>; readonly position: string }> {
  const all = await Promise.all(of.alerts.map((alert) => sayOfOne(edge, { ...of, alert })));
  const changed = all.filter(({ result: { outcome } }) => outcome === 'DONE');
  const position = await positionOf(edge, changed);
  return { said: { done: changed.length, results: all.map((each) => each.result) }, position };
}

interface Said {
  /** Of the order; `null` where no alert was found. */
  readonly key: string | null;
  readonly result: Result;
}

async function sayOfOne(
  edge: BffEdge,
  of: {
    readonly action: AlertVerb;
    readonly alert: Addressed;
    readonly saying: Saying;
    readonly once: string | undefined;
    readonly context: RequestContext;
  },
): Promise<Said> {
  const { action, alert, saying, context } = of;
  const { alertId } = alert;
  let key: string | null = null;
  try {
    const { tenant, orderNo } = await alert.order();
    key = routingKey(tenant, orderNo);
    // Of two alerts of one order each is a command of its own.
    const once = of.once === undefined ? undefined : `${of.once} ${alertId}`;
    const payload = commandOf(action, alertId, saying);
    const said = { key, subject: alertId, payload, once, context };
    const { answer, outcome } = await say(edge.alertCommands, said);
    const { status } = z.object({ status: z.string().nullable() }).parse(answer);
    const changed = outcome.status === 'ACCEPTED' ? 'DONE' : 'UNCHANGED';
    return { key, result: { alertId, outcome: changed, status, code: null, message: null } };
  } catch (error) {
    const { code, message } = problemOf(error);
    const outcome = undecided.has(code) ? 'UNKNOWN' : 'REFUSED';
    return { key, result: { alertId, outcome, status: null, code, message } };
  }
}

/** Written, or perhaps: it is decided once, and the answer did not come in time. */
const undecided: ReadonlySet<string> = new Set(['OUTCOME_PENDING', 'OUTCOME_UNKNOWN']);

/** What becomes of one must not hide what became of the others. Throws what is a defect. */
function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof WriteUnknown) return problem('OUTCOME_UNKNOWN');
  if (error instanceof WriteFailed) return problem('DEPENDENCY_DOWN');
  if (error instanceof Overloaded) return problem('OVERLOADED');
  throw error;
}

async function positionOf(edge: BffEdge, said: readonly Said[]): Promise<string> {
  const keys = new Map<number, string>();
  for (const { key } of said) {
    if (key !== null) keys.set(partitionOfSlot(slotOf(key), edge.partitions), key);
  }
  const topic = topics.alertsEvents.name;
  const places = await Promise.all([...keys.values()].map((key) => edge.positionOf(topic, key)));
  return places.filter((place) => place !== null).join(',');
}
