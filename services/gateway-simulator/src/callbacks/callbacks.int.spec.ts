import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mockMerchant } from '../testing/merchants.ts';
import { startReceiver } from '../testing/receiver.ts';
import type { TestSimulator } from '../testing/simulator.ts';
import { eventually, startSimulator } from '../testing/simulator.ts';

let simulator: TestSimulator;
let merchant: ReturnType<typeof mockMerchant>;

/** A hundred times as fast: after 0, 10, 50, 150, 600 and 3,000 ms. */
beforeEach(async () => {
  simulator = await startSimulator();
  merchant = mockMerchant(simulator.url);
});
afterEach(() => simulator.close());

async function paid(reference: string, notifyUrl: string): Promise<void> {
  await merchant.create(reference, { notifyUrl });
  await simulator.control('POST', `/payments/mock/${reference}/pay`, {});
}

interface Shown {
  readonly state: string;
  readonly truth: string;
  readonly attempts: readonly { readonly status: number | null; readonly answer: string }[];
}
const callbacks = async () => (await simulator.list('/callbacks')) as unknown as readonly Shown[];
const first = async () => (await callbacks())[0];
const hasAttempts = (count: number) => (shown?: Shown) => (shown?.attempts.length ?? 0) >= count;

describe('callbacks', () => {
  it('are sent again after an answer of 500, the same to the byte, until one is good', async () => {
    const receiver = await startReceiver((_received, response, count) =>
      response.writeHead(count < 3 ? 500 : 204).end(count < 3 ? 'not now' : ''),
    );
    try {
      await paid('PAY1', receiver.url);
      const shown = await eventually(first, (one) => one?.state === 'acknowledged');
      expect(shown).toMatchObject({
        state: 'acknowledged',
        attempts: [{ status: 500, answer: 'not now' }, { status: 500 }, { status: 204 }],
      });
      expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
      const [a, b, c] = receiver.received.map(({ atMs }) => atMs);
      expect((b ?? 0) - (a ?? 0)).toBeGreaterThanOrEqual(9);
      expect((c ?? 0) - (b ?? 0)).toBeGreaterThanOrEqual(49);
    } finally {
      await receiver.close();
    }
  });

  it('are given up after the last of the schedule, when nobody listens', async () => {
    const closed = createServer();
    const port = await new Promise<number>((resolve) => {
      closed.listen(0, '127.0.0.1', () => {
        const address = closed.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
    await new Promise((resolve) => closed.close(resolve));
    await paid('PAY1', `http://127.0.0.1:${port}/`);
    const shown = await eventually(first, (one) => one?.state === 'given-up', 15_000);
    expect(shown?.state).toBe('given-up');
    expect(shown?.attempts).toHaveLength(6);
    for (const { status, answer } of shown?.attempts ?? [])
      expect([status, answer]).toEqual([null, expect.stringContaining('ECONNREFUSED')]);
  });

  it('wait five seconds for a receiver that hangs, and go on', async () => {
    const receiver = await startReceiver((_received, response, count) => {
      if (count > 1) response.writeHead(200).end();
    });
    try {
      await paid('PAY1', receiver.url);
      const shown = await eventually(first, (one) => one?.state === 'acknowledged', 15_000);
      expect(shown?.attempts).toMatchObject([
        { status: null, answer: 'no answer within 5000 ms' },
        { status: 200 },
      ]);
    } finally {
      await receiver.close();
    }
  });

  it('do not follow a redirect', async () => {
    const receiver = await startReceiver((_received, response) =>
      response.writeHead(302, { location: '/elsewhere' }).end(),
    );
    try {
      await paid('PAY1', receiver.url);
      const shown = await eventually(first, hasAttempts(2));
      expect(shown?.attempts[0]).toMatchObject({ status: 302 });
      expect(new Set(receiver.received.map(({ path }) => path))).toEqual(new Set(['/notify']));
    } finally {
      await receiver.close();
    }
  });

  it('use their connections again', async () => {
    const receiver = await startReceiver();
    try {
      for (const reference of ['P1', 'P2', 'P3', 'P4', 'P5']) {
        await paid(reference, receiver.url);
        const count = receiver.received.length;
        await eventually(
          () => receiver.received.length,
          (now) => now > count,
        );
      }
      expect(new Set(receiver.received.map(({ port }) => port)).size).toBeLessThan(5);
    } finally {
      await receiver.close();
    }
  });
});

describe('callbacks that misbehave', () => {
  const rule = (what: string, params: unknown = {}) =>
    simulator.rule({ on: 'callback', what, times: 1, params });
  const statuses = (bodies: readonly { readonly body: string }[]) =>
    bodies.map(({ body }) => (JSON.parse(body) as { callbackStatus: string }).callbackStatus);

  it('are lost: nothing is sent, and the books say so', async () => {
    const receiver = await startReceiver();
    try {
      await simulator.rule({ reference: 'PAY1', on: 'callback', what: 'lose' });
      await paid('PAY1', receiver.url);
      expect(await first()).toMatchObject({
        ...{ state: 'lost', attempts: [], misbehaved: { what: 'lose', ruleId: 'r1' } },
      });
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(receiver.received).toEqual([]);
      await paid('PAY2', receiver.url);
      await eventually(
        () => receiver.received.length,
        (count) => count === 1,
      );
      expect(receiver.received).toHaveLength(1);
    } finally {
      await receiver.close();
    }
  });

  it('come late, repeat themselves, and say the opposite as well', async () => {
    const receiver = await startReceiver();
    try {
      await simulator.rule({
        reference: 'LATE',
        on: 'callback',
        what: 'delay',
        params: { ms: 300 },
      });
      await simulator.rule({
        ...{ reference: 'OFTEN', on: 'callback', what: 'repeat', params: { copies: 4 } },
      });
      await simulator.rule({ reference: 'BOTH', on: 'callback', what: 'contradict' });
      const of = (reference: string) =>
        receiver.received.filter(({ body }) => body.includes(`"payNo":"${reference}"`));
      const before = Date.now();
      await paid('LATE', receiver.url);
      await eventually(
        () => of('LATE').length,
        (count) => count === 1,
      );
      expect((of('LATE')[0]?.atMs ?? 0) - before).toBeGreaterThanOrEqual(299);
      await paid('OFTEN', receiver.url);
      await eventually(
        () => of('OFTEN').length,
        (count) => count === 4,
      );
      expect(new Set(of('OFTEN').map(({ body }) => body)).size).toBe(1);
      await paid('BOTH', receiver.url);
      await eventually(
        () => of('BOTH').length,
        (count) => count === 2,
      );
      expect(statuses(of('BOTH')).sort()).toEqual(['FAILED', 'SUCCESS']);
      const signatures = of('BOTH').map(({ body }) => JSON.parse(body) as { signature: string });
      expect(new Set(signatures.map((one) => one.signature)).size).toBe(2);
    } finally {
      await receiver.close();
    }
  });

  it('are garbled: cut off, or with a signature that is wrong', async () => {
    const receiver = await startReceiver();
    try {
      await simulator.rule({ reference: 'CUT', on: 'callback', what: 'garble' });
      await simulator.rule({
        ...{ reference: 'FORGED', on: 'callback', what: 'garble', params: { garble: 'signature' } },
      });
      await paid('CUT', receiver.url);
      await paid('FORGED', receiver.url);
      await paid('RIGHT', receiver.url);
      await eventually(
        () => receiver.received.length,
        (count) => count === 3,
      );
      const bodyOf = (reference: string) =>
        receiver.received.find(({ body }) => body.includes(reference))?.body ?? '';
      expect(() => JSON.parse(bodyOf('CUT')) as unknown).toThrow(SyntaxError);
      const signature = (body: string) =>
        simulatorSignature(JSON.parse(body) as Record<string, string>);
      expect(signature(bodyOf('RIGHT'))).toBe(true);
      expect(signature(bodyOf('FORGED'))).toBe(false);
    } finally {
      await receiver.close();
    }
  });

  it('change their order: one waits until another of its payment has gone', async () => {
    const receiver = await startReceiver();
    try {
      await rule('reorder', { ms: 10_000 });
      await paid('PAY1', receiver.url);
      await simulator.control('POST', '/payments/mock/PAY1/callbacks', { about: 'failed' });
      await eventually(
        () => receiver.received.length,
        (count) => count === 2,
      );
      expect(statuses(receiver.received)).toEqual(['FAILED', 'SUCCESS']);
    } finally {
      await receiver.close();
    }
  });
});

/** Contract 1's rule, written once more. */
function simulatorSignature(body: Record<string, string>): boolean {
  const { callbackStatus = '', nonce = '', payNo = '', timestamp = '', signature } = body;
  const text = `${callbackStatus}${nonce}${payNo}${timestamp}local-callback-secret`;
  return createHash('md5').update(text).digest('hex').toUpperCase() === signature;
}
