import { randomUUID } from 'node:crypto';
import type { Channel, PaymentsCommand } from '@plumbline/events';
import type { CommandGateway } from '@plumbline/http';
import type { Clock } from '@plumbline/kafka';
import type { Logger, Metrics } from '@plumbline/observability';
import { PostgresDown } from '@plumbline/postgres';
import { asksAtOnce } from './limits.ts';
import type { LingeringPayments } from './lingering-payments.ts';

export interface MakeUpScanOptions {
  readonly lingering: Pick<LingeringPayments, 'whileAlone'>;
  readonly commands: Pick<CommandGateway, 'execute'>;
  /** Those that are called; of others there is nobody to ask. */
  readonly channels: readonly Channel[];
  readonly everyMs: number;
  /** Without a word for so long a payment lingers. */
  readonly thresholdMs: number;
  /** Payments asked about in one scan. */
  readonly batch: number;
  readonly clock: Clock;
  /** The wall clock, to compare with times of the log. */
  readonly wallClockMs: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface MakeUpScan {
  /** One round, now; what it came to. Never rejects. */
  scan(): Promise<Scanned>;
  close(): Promise<void>;
}

export type Scanned =
  /** `asked`: those of them for which something has to be done now. */
  | { readonly result: 'done'; readonly found: number; readonly asked: number }
  /** Another process is at it; Postgres is away; it broke off, and the next round goes on. */
  | { readonly result: 'elsewhere' | 'away' | 'failed' };

/**
 * Contract 1's make-up reconciliation: every so often, payments that are left in INIT or PAYING at a
 * gateway without a word of it are asked about. The timers of each payment do this first and sooner;
 * the scan finds those whose timers do not, whatever the reason. It decides nothing: the payment may
 * answer that it was asked about just now, and a scan that sees an old row does no harm.
 */
export function openMakeUpScan(options: MakeUpScanOptions): MakeUpScan {
  const { clock, everyMs } = options;
  const stopping = new AbortController();
  const measure = measurementsOf(options.metrics);

  async function scan(): Promise<Scanned> {
    const scanned = await scanOnce(options, stopping.signal);
    measure(scanned);
    return scanned;
  }
  async function goOn(): Promise<void> {
    for (;;) {
      await clock.sleep(everyMs, stopping.signal);
      if (stopping.signal.aborted) return;
      await scan();
    }
  }
  const running = goOn();
  return {
    scan,
    async close() {
      stopping.abort();
      await running;
    },
  };
}

async function scanOnce(options: MakeUpScanOptions, stopped: AbortSignal): Promise<Scanned> {
  const { lingering, channels, thresholdMs, batch, wallClockMs, logger } = options;
  const wanted = { channels, silentSinceMs: wallClockMs() - thresholdMs, atMost: batch };
  try {
    const scanned = await lingering.whileAlone(wanted, async (payNos) => {
      const asked = await askAbout(options, payNos, stopped);
      return { result: 'done', found: payNos.length, asked } as const;
    });
    if (scanned !== null && scanned.found > 0) logger.info('payments linger', scanned);
    return scanned ?? { result: 'elsewhere' };
  } catch (error) {
    // It says so elsewhere; here it is no news, and the payments' own timers need no Postgres.
    if (error instanceof PostgresDown) return { result: 'away' };
    logger.warn('payments that linger could not all be asked about', { error });
    return { result: 'failed' };
  }
}

/** How many had to be asked about. Errors: the first command that was not decided ends the round. */
async function askAbout(
  { commands, thresholdMs }: MakeUpScanOptions,
  payNos: readonly string[],
  stopped: AbortSignal,
): Promise<number> {
  let asked = 0;
  for (let at = 0; at < payNos.length && !stopped.aborted; at += asksAtOnce) {
    const some = payNos.slice(at, at + asksAtOnce);
    const outcomes = await Promise.all(some.map((payNo) => ask(commands, payNo, thresholdMs)));
    asked += outcomes.filter((status) => status === 'ACCEPTED').length;
  }
  return asked;
}

async function ask(
  commands: Pick<CommandGateway, 'execute'>,
  payNo: string,
  unlessWithinMs: number,
): Promise<string> {
  const id = randomUUID();
  const payload: PaymentsCommand = {
    type: 'QueryPayment',
    data: { payNo, reason: 'nothing was heard of it for long', unlessWithinMs, isNews: false },
  };
  const executed = await commands.execute({
    ...{ id, correlationId: id, key: payNo, subject: payNo, payload },
    actor: 'system:make-up-scan',
  });
  if (executed.kind === 'pending') throw new Error(`nobody has decided about ${payNo}`);
  return executed.outcome.status;
}

function measurementsOf(metrics: Metrics): (scanned: Scanned) => void {
  const scans = metrics.counter({
    name: 'plumbline_reconcile_scans_total',
    help: 'Scans for payments that linger at a gateway, by what they came to',
    labels: ['result'],
  });
  const found = metrics.counter({
    name: 'plumbline_reconcile_found_total',
    help: 'Payments that lingered when a scan came by; each that its timers left to it is a bug',
  });
  const asked = metrics.counter({
    name: 'plumbline_reconcile_asked_total',
    help: 'Payments that a scan had asked about',
  });
  return (scanned) => {
    scans.inc({ result: scanned.result });
    if (scanned.result !== 'done') return;
    found.inc({}, scanned.found);
    asked.inc({}, scanned.asked);
  };
}
