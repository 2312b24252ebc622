import type { Violation } from '../checks/violation.ts';
import type { WithoutWebhooks } from '../world/lost-webhooks.ts';
import { loseWebhooks } from '../world/lost-webhooks.ts';
import type { RefundStorm } from '../world/refund-storm.ts';
import { askForRefunds } from '../world/refund-storm.ts';
import { startRun } from '../world/run.ts';
import { gatewaysOf, openWorld } from '../world/world.ts';
import { paymentsEveryMs, paidWithinMs, quietEveryMs } from './limits.ts';

/** What was measured at gateways, as the ledger keeps it. */
export interface AtGateways {
  readonly webhooks: WithoutWebhooks | null;
  readonly refunds: RefundStorm | null;
  /** From the last answer to the moment when no refund and no payment was open. */
  readonly drainedMs: number | null;
  /** Why it ended early; null when it did not. */
  readonly failed: string | null;
  readonly violations: readonly Violation[];
}

/**
 * With the settings that a platform has when nobody sets any: so many payments of which no webhook
 * ever comes, and then so many refunds of one payment while processes are killed. In a world of its
 * own, since what is measured is not the outage of a broker.
 */
export async function leadPayments(of: {
  readonly webhooks: number;
  readonly refunds: number;
  readonly prefix: string;
  readonly report: (line: string) => void;
}): Promise<AtGateways> {
  const { prefix, report } = of;
  report('starting servers, one instance of each process and two of payments …');
  const world = await openWorld({ gateways: true, twice: ['payments'] });
  const gateways = gatewaysOf(world);
  const run = startRun({ world, prefix: `${prefix}Q`, everyMs: quietEveryMs });
  let webhooks: WithoutWebhooks | null = null;
  let refunds: RefundStorm | null = null;
  try {
    if (of.webhooks > 0) {
      report(`${of.webhooks} payments whose webhooks are lost …`);
      const overMs = of.webhooks * paymentsEveryMs;
      const payments = of.webhooks;
      webhooks = await loseWebhooks(run, {
        ...{ gateways, payments, overMs, paidWithinMs, prefix: `${prefix}W` },
      });
      report(`from the charge to success, ms: ${JSON.stringify(webhooks.succeeded)}`);
      report(`from the charge to the order: ${JSON.stringify(webhooks.orderPaid)}`);
    }
    if (of.refunds > 0) {
      report(`${of.refunds} refunds of one payment …`);
      const requests = of.refunds;
      refunds = await askForRefunds(run, { gateways, requests, prefix: `${prefix}R` });
      report(JSON.stringify(refunds));
    }
    report('settling …');
    const { drainedMs, violations } = await run.finish();
    return { webhooks, refunds, drainedMs, failed: null, violations };
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    const violations: Violation[] = [{ invariant: 'I13', what: `at gateways: ${failed}` }];
    return { webhooks, refunds, drainedMs: null, failed, violations };
  } finally {
    await run.close();
    await world.close();
  }
}
