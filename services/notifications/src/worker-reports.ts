import { randomUUID } from 'node:crypto';
import type { AttemptReport, ReportAttempt, ReportEndpointHealth } from '@plumbline/events';
import type { Command, CommandGateway } from '@plumbline/http';
import { derivedUuid, slotOfRecordKey } from '@plumbline/kernel';
import { endpointKeyOf } from './domain/endpoint/endpoint-id.ts';
import type { StoreSource, ToldAnswer } from '@plumbline/runtime';
import type { KeyRing } from '@plumbline/vault';
import { maskedText } from './delivery/masked-text.ts';
import type { AttemptResult, DueDelivery, HealthChange, Heard } from './worker/port.ts';

export interface WorkerReportsOptions {
  readonly notifications: Pick<CommandGateway, 'execute'>;
  readonly endpoints: Pick<CommandGateway, 'execute'>;
  readonly keyRing: Pick<KeyRing, 'encrypt'>;
  /** Another one each time a process starts. */
  readonly workerId: string;
}

/** Endpoints remembered: 100 bytes each. Who is greeted twice hears no news. */
const greetedMax = 10_000;

/** Whose key protects what a merchant's server answered. */
const subjectOf = ({ laneKey }: DueDelivery): string =>
  laneKey.startsWith('url:') ? 'callback:all' : `endpoint:${laneKey}`;

const heardBy = {
  ...{ accepted: 'written', unchanged: 'unheard', rejected: 'refused' },
} as const satisfies Record<ToldAnswer, Heard>;

/** What the worker has to say, as commands. */
export function createWorkerReports(options: WorkerReportsOptions) {
  const { notifications, endpoints, keyRing, workerId } = options;
  const greeted = new Set<string>();

  /** What was answered, masked and encrypted. An answer that cannot be kept is not worth a report. */
  async function kept(due: DueDelivery, { response }: AttemptResult): Promise<string | null> {
    if (response === null || response.length === 0) return null;
    return keyRing.encrypt(subjectOf(due), maskedText(response)).catch(() => null);
  }

  /**
   * The first delivery to an endpoint since this process began says that it is there: whoever said
   * that it fails may have died since, and with it the memory that it has to recover.
   */
  async function greet(laneKey: string): Promise<void> {
    if (greeted.has(laneKey)) return;
    if (greeted.size >= greetedMax) greeted.clear();
    greeted.add(laneKey);
    await health(laneKey, { kind: 'RECOVERED' }).catch(() => greeted.delete(laneKey));
  }

  async function report(
    due: DueDelivery,
    result: AttemptResult,
    task: Pick<StoreSource, 'tell'>,
  ): Promise<Heard> {
    const { key, notificationId, attempt, correlationId, traceparent } = due;
    const { kind: outcome, startedAtMs: startedAt, code, message, httpStatus } = result;
    const { retryAfterMs, durationMs, dnsMs, connectMs, firstByteMs, requestBytes } = result;
    const said: AttemptReport = {
      ...{ outcome, code, message, httpStatus, retryAfterMs, startedAt, durationMs, dnsMs },
      ...{ connectMs, firstByteMs, requestBytes, response: await kept(due, result) },
      responseTruncated: result.responseTruncated,
    };
    const data: ReportAttempt = { notificationId, attempt, report: said };
    // The same for a repeat, and another for who sends the attempt once more after a crash.
    const from = [notificationId, attempt.toString(), workerId, startedAt.toString()];
    const id = derivedUuid(slotOfRecordKey(key), 'report', ...from);
    const actor = 'system:notification-deliveries';
    const payload = { type: 'ReportAttempt', data } as const;
    const command = { key, id, correlationId, actor, payload };
    const heard = await task
      .tell({ ...command, traceparent })
      .then((answer) => heardBy[answer])
      // The partition has another owner, or will have: whoever it is reads this.
      .catch(() => send({ ...command, subject: notificationId, traceparent }));
    if (outcome === 'DELIVERED') await greet(due.laneKey);
    return heard;
  }

  async function send(
    of: Omit<Command, 'traceparent'> & Pick<DueDelivery, 'traceparent'>,
  ): Promise<Heard> {
    const { traceparent, ...command } = of;
    const trace = traceparent === null ? {} : { traceparent };
    const executed = await notifications.execute({ ...command, ...trace });
    if (executed.kind === 'pending') return 'unheard';
    const { status } = executed.outcome;
    return status === 'ACCEPTED' ? 'written' : status === 'REJECTED' ? 'refused' : 'unheard';
  }

  /** Of a URL without an endpoint there is nobody to tell. */
  async function health(laneKey: string, change: HealthChange): Promise<void> {
    if (laneKey.startsWith('url:')) return;
    const fine = { failing: false, since: 0, failures: 0, code: null };
    const state =
      change.kind === 'RECOVERED'
        ? fine
        : { failing: true, since: change.sinceMs, failures: change.failures, code: change.code };
    const data: ReportEndpointHealth = { endpointId: laneKey, ...state };
    await endpoints.execute({
      ...{
        id: randomUUID(),
        key: endpointKeyOf(laneKey),
        subject: laneKey,
        correlationId: randomUUID(),
      },
      ...{ actor: 'system:notification-deliveries' },
      payload: { type: 'ReportEndpointHealth', data },
    });
  }

  return { report, health };
}
