import type { AttemptReport } from '@plumbline/events';
import type { Command, Executed } from '@plumbline/http';
import type { ToldAnswer, ToldCommand } from '@plumbline/runtime';
import { NotTold } from '@plumbline/runtime';
import { openMemoryVault } from '@plumbline/vault';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AttemptResult, DueDelivery } from './worker/port.ts';
import { createWorkerReports } from './worker-reports.ts';

const endpointId = 'ep_shop_0123456789abcdef01234567';
const due: DueDelivery = {
  ...{ key: 'shop/H1', notificationId: 'n1', laneKey: endpointId, attempt: 2, isFirst: false },
  ...{ dueMs: 5, orderKey: 'shop/H1', correlationId: 'c', traceparent: null, notification: {} },
};
const delivered: AttemptResult = {
  ...{ kind: 'DELIVERED', code: null, message: null, httpStatus: 200, retryAfterMs: null },
  ...{ startedAtMs: 1_000, durationMs: 9, dnsMs: null, connectMs: 1, firstByteMs: 4 },
  ...{ response: Buffer.from('{"ok":true,"token":"abc"}'), responseTruncated: false },
  requestBytes: 200,
};

let said: Command[];
let told: Command[];
const vault = openMemoryVault();

beforeEach(() => {
  said = [];
  told = [];
});

/** The task has another owner by now. */
const gone = { tell: () => Promise.reject(new NotTold('the task has ended')) };
/** The task takes what it is told, and answers so. */
const taking = (into: ToldCommand[], answer: ToldAnswer = 'accepted') => ({
  tell(command: ToldCommand) {
    into.push(command);
    return Promise.resolve(answer);
  },
});

function reports(over: { readonly executed?: unknown; readonly workerId?: string } = {}) {
  const answer = (into: Command[]) => (command: Command) => {
    into.push(command);
    const { executed = { kind: 'decided', outcome: { status: 'ACCEPTED' } } } = over;
    return Promise.resolve(executed as Executed);
  };
  return createWorkerReports({
    ...{ notifications: { execute: answer(said) }, endpoints: { execute: answer(told) } },
    ...{ keyRing: vault.keyRing, workerId: over.workerId ?? 'w1' },
  });
}

const reportIn = (command: Command | undefined): AttemptReport =>
  (command?.payload.data as { report: AttemptReport }).report;

describe('what a worker reports', () => {
  it('is a command to the notification, with the answer masked and encrypted', async () => {
    expect(await reports().report(due, delivered, gone)).toBe('written');
    expect(said).toMatchObject([
      { key: 'shop/H1', payload: { type: 'ReportAttempt', data: { notificationId: 'n1' } } },
    ]);
    const { response, outcome, httpStatus } = reportIn(said[0]);
    expect([outcome, httpStatus]).toEqual(['DELIVERED', 200]);
    expect(response).toMatch(/^enc:v1:/);
    expect(await vault.keyRing.decrypt(response ?? '')).toBe('{"ok":true,"token":"***"}');
  });

  it('is told to the task that it was found in, and to nobody else while that takes it', async () => {
    const heard: ToldCommand[] = [];
    const silent = { ...delivered, response: null };
    expect(await reports().report(due, silent, taking(heard))).toBe('written');
    expect(await reports().report(due, delivered, taking(heard, 'unchanged'))).toBe('unheard');
    expect(await reports().report(due, delivered, taking(heard, 'rejected'))).toBe('refused');
    expect(said).toEqual([]);
    // Sent after all, it has the same id: it may have been taken before the task ended.
    await reports().report(due, silent, gone);
    const [one] = heard;
    expect(said).toMatchObject([{ id: one?.id, key: 'shop/H1', correlationId: 'c' }]);
    expect(one).toMatchObject({ key: 'shop/H1', correlationId: 'c', traceparent: null });
    expect(one?.payload).toEqual(said[0]?.payload);
  });

  it('has the same id when it is repeated, and another from who sends the attempt again', async () => {
    const first = reports();
    await first.report(due, delivered, gone);
    await first.report(due, delivered, gone);
    await reports({ workerId: 'w2' }).report(due, delivered, gone);
    const [one, again, other] = said.map(({ id }) => id);
    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });

  it('is written without the answer where that cannot be encrypted', async () => {
    vault.faults.down = true;
    try {
      const unknown = { ...due, laneKey: 'ep_shop_ffffffffffffffffffffffff' };
      expect(await reports().report(unknown, delivered, gone)).toBe('written');
      expect(reportIn(said[0]).response).toBe(null);
    } finally {
      vault.faults.down = false;
    }
  });

  it('is written when something follows, unheard while nobody knows, and refused otherwise', async () => {
    const pending = reports({ executed: { kind: 'pending' } });
    expect(await pending.report(due, delivered, gone)).toBe('unheard');
    const unchanged = { kind: 'decided', outcome: { status: 'UNCHANGED' } };
    expect(await reports({ executed: unchanged }).report(due, delivered, gone)).toBe('unheard');
    const rejected = { kind: 'decided', outcome: { status: 'REJECTED' } };
    expect(await reports({ executed: rejected }).report(due, delivered, gone)).toBe('refused');
  });

  it('greets an endpoint with its first delivery, once, and no URL', async () => {
    const { report } = reports();
    await report(due, { ...delivered, kind: 'FAILED', code: 'HTTP_500' }, gone);
    expect(told).toEqual([]);
    await report(due, delivered, taking([]));
    await report(due, delivered, gone);
    await report({ ...due, laneKey: 'url:0123456789abcdef' }, delivered, gone);
    expect(told).toMatchObject([
      {
        key: `shop/${endpointId}`,
        payload: { type: 'ReportEndpointHealth', data: { endpointId, failing: false } },
      },
    ]);
  });

  it('says since when an endpoint fails', async () => {
    const failing = { kind: 'FAILING', sinceMs: 7, failures: 5, code: 'TIMED_OUT' } as const;
    await reports().health(endpointId, failing);
    await reports().health('url:0123456789abcdef', failing);
    expect(told.map(({ payload }) => payload.data)).toEqual([
      { endpointId, failing: true, since: 7, failures: 5, code: 'TIMED_OUT' },
    ]);
  });
});
