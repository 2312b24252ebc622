import type { Clock } from '@plumbline/kafka';
import type { Logger } from '@plumbline/observability';
import type { ActiveOrder } from '../active-order.ts';
import { soonestFirst } from '../active-order.ts';
import type { OrderFile } from '../order-file/order-file.ts';
import * as limits from './limits.ts';

export interface KeepFileOptions {
  readonly file: OrderFile;
  /** All orders there are. Rejects when nobody can say. */
  readonly readActive: () => Promise<readonly ActiveOrder[]>;
  /** Whether others hold a part of the orders, who tell nobody of changes. */
  readonly isShared: () => boolean;
  /** Epoch ms, of the clock that orders expire by. */
  readonly nowMs: () => number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
}

export interface FileKeeper {
  /** Something changed: the file is written within a second. */
  due(): void;
  readonly ended: Promise<void>;
}

/** Keeps `order.json` up with the orders, written once a second at most. */
export function keepFile(options: KeepFileOptions): FileKeeper {
  const { clock, stopping } = options;
  let isDue = true;
  let writtenMs = clock.nowMs();

  async function write(): Promise<void> {
    isDue = false;
    try {
      const orders = await options.readActive();
      await options.file.write(
        soonestFirst(orders.filter((each) => each.expiresAtMs > options.nowMs())),
      );
      writtenMs = clock.nowMs();
    } catch (error) {
      isDue = true;
      options.logger.warn('the file of active orders cannot be written', { error });
    }
  }

  async function keep(): Promise<void> {
    while (!stopping.aborted) {
      const isOld = options.isShared() && clock.nowMs() - writtenMs >= limits.fileElsewhereMs;
      if (isDue || isOld) await write();
      await clock.sleep(limits.fileEveryMs, stopping);
    }
  }

  return {
    due() {
      isDue = true;
    },
    ended: keep(),
  };
}
