import { randomUUID } from 'node:crypto';
import type { RegisterReceivingAccount } from '@plumbline/events';
import type { CommandGateway } from '@plumbline/http';
import type { Clock } from '@plumbline/kafka';
import type { Logger } from '@plumbline/observability';
import { accountKey } from './domain/receiving/account-key.ts';
import { lateMs, settleMs } from './domain/receiving/limits.ts';

const againMs = 1_000;

/** The account of contract 0's examples. */
const localAccount = (tenant: string): RegisterReceivingAccount => ({
  ...{ tenant, pid: '1000', aid: '1', name: 'Local account', currency: 'CNY' },
  channels: [
    {
      ...{ cid: '2', type: 'wxpay', channel: 'wxpay1#1001', pattern: 1 },
      ...{ payUrl: null, enabled: true },
    },
  ],
  settings: {
    ...{ offsetsMax: 0, offsetStepMinor: 1n, offsetUp: true },
    ...{ settleMs: settleMs.default, lateMs: lateMs.default },
  },
});

/** Registers it, however often: what is registered already stays as it is. Never rejects. */
export async function registerLocalAccount(options: {
  readonly receiving: Pick<CommandGateway, 'execute'>;
  readonly tenant: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
}): Promise<void> {
  const { receiving, tenant, clock, logger, stopping } = options;
  const data = localAccount(tenant);
  const subject = `${data.pid}.${data.aid}`;
  const id = randomUUID();
  while (!stopping.aborted) {
    try {
      const executed = await receiving.execute({
        ...{ id, key: accountKey(data), subject, actor: 'system:local-stack' },
        ...{ correlationId: id, payload: { type: 'RegisterReceivingAccount', data } },
      });
      if (executed.kind === 'decided') return;
    } catch (error) {
      logger.warn('the account of the local stack is not registered yet', { error });
    }
    await clock.sleep(againMs, stopping);
  }
}
