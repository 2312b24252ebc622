import type { Command } from '@plumbline/http';
import { WriteFailed } from '@plumbline/http';
import { payNo as payNoOf, slotOf } from '@plumbline/kernel';
import { describe, expect, it } from 'vitest';
import type { CallbackReading, GatewayAdapter } from '../gateways/port.ts';
import { fakeEdge, runRoute } from '../testing/fake-edge.ts';
import { gatewayCallback } from './gateway-callback.ts';

const reference = payNoOf({ atMs: 1, slot: slotOf('main/O-1'), random: 1 });
const verified: CallbackReading = {
  ...{ kind: 'verified', reference, callbackId: 'n-1', merchantMatches: true },
  report: {
    ...{ kind: 'paid', amountMinor: 999n, currency: 'CNY', gatewayTransactionId: 'G-1' },
    ...{ paidAtMs: 5, refundedMinor: null },
  },
};

function world(reading: CallbackReading, execute?: () => Promise<never>) {
  const commands: Command[] = [];
  const kept: object[] = [];
  const adapter = {
    readCallback: () => reading,
    callbackAnswer: { status: 200, contentType: 'application/json', body: '{"code":"SUCCESS"}' },
    // The route asks nothing else of it.
  } as unknown as GatewayAdapter;
  const edge = fakeEdge({
    gateways: { LAKALA: { adapter }, MOCK: { adapter } },
    gateway: {
      execute: (command) => {
        commands.push(command);
        return execute?.() ?? Promise.resolve({ kind: 'pending' });
      },
      lastSeenVersion: () => null,
    },
    refused: {
      record: (refused) => {
        kept.push(refused);
        return Promise.resolve();
      },
    },
  });
  const post = (gateway = 'lakala') =>
    runRoute(gatewayCallback(edge), { params: { gateway }, body: { a: 1 } });
  return { commands, kept, post };
}

describe('a callback of a gateway', () => {
  it('that is verified becomes a command with its bytes, and is answered in its own words', async () => {
    const { commands, kept, post } = world(verified);
    const { status, body, headers } = await post();
    expect([status, String(body)]).toEqual([200, '{"code":"SUCCESS"}']);
    expect(headers).toEqual({ 'Content-Type': 'application/json' });
    expect(commands).toMatchObject([
      {
        ...{ key: reference, actor: 'gateway:LAKALA' },
        payload: {
          type: 'ReportGatewayCallback',
          data: { payNo: reference, rawPayload: 'sealed {"a":1}', answer: { amountMinor: 999n } },
        },
      },
    ]);
    expect(kept).toEqual([]);
  });

  it('of a later attempt goes to the payment whose attempt it is', async () => {
    const { commands, post } = world({ ...verified, reference: `${reference}R2` });
    await post();
    expect(commands).toMatchObject([{ key: reference, payload: { data: { payNo: reference } } }]);
  });

  it('that nobody signed is kept as unverified, and a question', async () => {
    const { commands, kept, post } = world({ kind: 'hint', reference });
    expect((await post()).status).toBe(200);
    expect(kept).toMatchObject([
      { payNo: reference, code: 'NOT_SIGNED', rawPayload: 'sealed {"a":1}' },
    ]);
    expect(commands).toMatchObject([
      { payload: { type: 'QueryPayment', data: { unlessWithinMs: 1_000, isNews: true } } },
    ]);
  });

  it('that is wrongly signed is no more than a question, and none about what is not ours', async () => {
    const forged = (named: string | null): CallbackReading => ({
      ...{ kind: 'invalid', code: 'SIGNATURE_INVALID', reference: named },
    });
    const ours = world(forged(reference));
    await ours.post();
    expect(ours.commands).toHaveLength(1);
    for (const named of [null, 'PAY1', "' or 1=1"]) {
      const { commands, kept, post } = world(forged(named));
      expect((await post()).status).toBe(200);
      expect(kept).toHaveLength(1);
      expect(commands).toEqual([]);
    }
  });

  it('that cannot be written is not acknowledged: the gateway sends it again', async () => {
    const { post } = world(verified, () => Promise.reject(new WriteFailed('Kafka is away')));
    await expect(post()).rejects.toThrow('Kafka is away');
  });

  it('to an address of no gateway, or of one that has another, is refused', async () => {
    const { commands, post } = world(verified);
    for (const gateway of ['paypay', 'mock'])
      await expect(post(gateway)).rejects.toMatchObject({ status: 404, code: 'GATEWAY_UNKNOWN' });
    await expect(post('../x')).rejects.toMatchObject({ status: 400 });
    expect(commands).toEqual([]);
  });
});
