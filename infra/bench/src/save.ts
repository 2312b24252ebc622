import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Machine } from './machine.ts';
import type { ActiveOrdersResult } from './measure/active-orders.ts';
import type { AlertsResult, AlertsSummaryResult } from './measure/alerts.ts';
import type { CheckoutsResult } from './measure/checkouts.ts';
import type { DeliveriesResult } from './measure/deliveries.ts';
import type { HangingResult } from './measure/hanging.ts';
import type { HotSkuResult } from './measure/hot-sku.ts';
import type { JoinResult } from './measure/join.ts';
import type { KeysResult } from './measure/keys.ts';
import type { LatencyResult } from './measure/latency.ts';
import type { LatenessResult } from './measure/lateness.ts';
import type { LiveResult } from './measure/live.ts';
import type { MoneyResult } from './measure/money.ts';
import type { OpenOrdersResult } from './measure/open-orders.ts';
import type { PaymentsResult } from './measure/payments.ts';
import type { PurchasesResult } from './measure/purchases.ts';
import type { RebuildResult } from './measure/rebuild.ts';
import type { RestoreResult } from './measure/restore.ts';
import type { RetriesResult } from './measure/retries.ts';
import type { StartResult } from './measure/start.ts';
import type { SubscribersResult } from './measure/subscribers.ts';
import type { TakeoverResult } from './measure/takeover.ts';
import type { TransactionsResult } from './measure/transactions.ts';
import type { VerifyResult } from './measure/verify.ts';
import type { WaitingResult } from './measure/waiting.ts';

import { latenessPicture } from './notifications/lateness-picture.ts';

export type Result =
  | LatencyResult
  | StartResult
  | ActiveOrdersResult
  | AlertsResult
  | AlertsSummaryResult
  | CheckoutsResult
  | DeliveriesResult
  | HangingResult
  | HotSkuResult
  | LiveResult
  | PurchasesResult
  | JoinResult
  | KeysResult
  | LatenessResult
  | MoneyResult
  | OpenOrdersResult
  | PaymentsResult
  | RebuildResult
  | RestoreResult
  | RetriesResult
  | SubscribersResult
  | TakeoverResult
  | TransactionsResult
  | VerifyResult
  | WaitingResult;

/** `src` and `dist` stand at the same depth. */
const resultsFolder = fileURLToPath(new URL('../results/', import.meta.url));
const picturesFolder = fileURLToPath(new URL('../../../docs/pictures/', import.meta.url));

/** One line a result, with everything needed to judge it later. Gives the file. */
export async function saveResults(
  machine: Machine,
  command: string,
  results: readonly Result[],
  folder: string = resultsFolder,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'results.jsonl');
  const lines = results.map((result) => `${JSON.stringify({ ...result, command, machine })}\n`);
  await appendFile(file, lines.join(''));
  return file;
}

/** Draws those results that have a picture, in place of the one before. Gives the files. */
export async function savePictures(
  results: readonly Result[],
  folder: string = picturesFolder,
): Promise<readonly string[]> {
  const levels = results.flatMap((result) => (result.part === 'retries' ? [result] : []));
  if (levels.length === 0) return [];
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'notification-lateness.svg');
  await writeFile(file, latenessPicture(levels));
  return [file];
}
