import type { AttemptReport } from '@plumbline/events';
import type { Command, Executed } from '@plumbline/http';
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
    expect(await reports().report(due, delivered)).toBe('written');
    expect(said).toMatchObject([
      { key: 'shop/H1', payload: { type: 'ReportAttempt', data: { notificationId: 'n1' } } },
    ]);
    const { response, outcome, httpStatus } = reportIn(said[0]);
    expect([outcome, httpStatus]).toEqual(['DELIVERED', 200]);
    expect(response).toMatch(/^enc:v1:/);
    expect(await vault.keyRing.decrypt(response ?? '')).toBe('{"ok":true,"token":"***"}');
  });

  it('has the same id when it is repeated, and another from who sends the attempt again', async () => {
    const first = reports();
    await first.report(due, delivered);
    await first.report(due, delivered);
    await reports({ workerId: 'w2' }).report(due, delivered);
    const [one, again, other] = said.map(({ id }) => id);
    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });

  it('is written without the answer where that cannot be encrypted', async () => {
    vault.faults.down = true;
    try {
      const unknown = { ...due, laneKey: 'ep_shop_ffffffffffffffffffffffff' };
      expect(await reports().report(unknown, delivered)).toBe('written');
      expect(reportIn(said[0]).response).toBe(null);
    } finally {
      vault.faults.down = false;
    }
  });

  it('is written when it is durable, and refused when nobody waits for it', async () => {
    expect(await reports({ executed: { kind: 'pending' } }).report(due, delivered)).toBe('written');
    const rejected = { kind: 'decided', outcome: { status: 'REJECTED' } };
    expect(await reports({ executed: rejected }).report(due, delivered)).toBe('refused');
  });

  it('greets an endpoint with its first delivery, once, and no URL', async () => {
    const { report } = reports();
    await report(due, { ...delivered, kind: 'FAILED', code: 'HTTP_500' });
    expect(told).toEqual([]);
    await report(due, delivered);
    await report(due, delivered);
    await report({ ...due, laneKey: 'url:0123456789abcdef' }, delivered);
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
