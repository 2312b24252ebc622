import { randomBytes } from 'node:crypto';
import type { Logger } from '@plumbline/observability';
import { createMockAdapter, openGatewayConnection } from '@plumbline/payments';
import type { Postgres } from '@plumbline/postgres';
import type { PlainSettings } from './settings.ts';

export interface PlainPayment {
  readonly payNo: string;
  readonly orderNo: string;
  readonly amountMinor: bigint;
  readonly expireAtMs: number;
}

/** Tells the gateway of new payments, as many at once as our own lanes do. */
export interface PlainGateway {
  /** Returns at once. */
  announce(payment: PlainPayment): void;
  close(): Promise<void>;
}

const atOnce = 16;

export function openPlainGateway(of: {
  readonly postgres: Postgres;
  readonly settings: PlainSettings;
  readonly logger: Logger;
}): PlainGateway {
  const { postgres, settings, logger } = of;
  const adapter = createMockAdapter({ secret: settings.secret, callbackMaxAgeMs: null });
  const connection = openGatewayConnection({
    ...{ baseUrl: settings.gatewayUrl, callDeadlineMs: 31_000 },
  });
  const notifyUrl = `http://127.0.0.1:${settings.port}/payments/mock-callback`;
  const queue: PlainPayment[] = [];
  const working = new Set<Promise<void>>();

  async function announceOne({ payNo, orderNo, amountMinor, expireAtMs }: PlainPayment) {
    const input = {
      ...{ reference: payNo, amountMinor, currency: 'CNY', subject: orderNo, expireAtMs },
      ...{ notifyUrl, returnUrl: null },
    };
    const context = { nowMs: Date.now(), nonce: randomBytes(16).toString('hex') };
    const answer = await connection.call(adapter.create, input, context);
    if (answer.kind !== 'accepted') return;
    await postgres.query(
      `update plain.payments set status = 'PAYING', version = version + 1
        where pay_no = ? and status = 'INIT'`,
      [payNo],
    );
  }

  function fill(): void {
    while (working.size < atOnce) {
      const next = queue.shift();
      if (next === undefined) return;
      const one = announceOne(next)
        .catch((error: unknown) => logger.warn('the gateway was not told', { error }))
        .finally(() => {
          working.delete(one);
          fill();
        });
      working.add(one);
    }
  }

  return {
    announce(payment) {
      queue.push(payment);
      fill();
    },
    async close() {
      queue.length = 0;
      await Promise.all(working);
      await connection.close();
    },
  };
}
