import { parseArgs } from 'node:util';
import type { ContenderName } from './contenders/contender.ts';
import { help, partNames, type PartName } from './help.ts';
import {
  alertRecordsDefault,
  checkoutRatesDefault,
  coursesPerWave,
  flowRatesDefault,
  loadMax,
  loadsDefault,
  openOrdersDefault,
  openOrdersMax,
  rateMax,
  ratesDefault,
  recordsDefault,
  recordsMax,
  roundsDefault,
  roundsMax,
  secondsDefault,
  secondsMax,
  streamThreadsDefault,
} from './limits.ts';
import { keysMin } from './alert-log/waves.ts';
import {
  moneyRatesDefault,
  orderCountMax,
  orderCountMin,
  orderCountsDefault,
} from './money/limits.ts';
import {
  deliveryRatesDefault,
  millionWaiting,
  retriesWaiting,
  waitingMax,
} from './notifications/limits.ts';

export { help, partNames };
export type { PartName };

export interface BenchArguments {
  /** As it was called, for the saved results. */
  readonly command: string;
  readonly help: boolean;
  readonly cold: boolean;
  readonly save: boolean;
  readonly parts: ReadonlySet<PartName>;
  readonly rates: readonly number[];
  readonly seconds: number;
  /** Flows a second of the part `payments`. */
  readonly flows: readonly number[];
  /** Purchases a second of the part `checkouts`. */
  readonly checkouts: readonly number[];
  /** Events a second of the part `deliveries`. */
  readonly deliveries: readonly number[];
  /** Records a second of the part `money`. */
  readonly money: readonly number[];
  /** Orders that wait in the part `active-orders`. */
  readonly orders: readonly number[];
  /** Records that wait in the parts `retries` and `waiting`. */
  readonly waiting: { readonly retries: number; readonly waiting: number };
  /** Of the prepared log. */
  readonly records: number;
  /** Of each log of the part `alerts`. */
  readonly alertRecords: number;
  /** Runs of each program in the part `alerts`. */
  readonly rounds: number;
  /** Orders that are open in the part `alerts`. */
  readonly openOrders: readonly number[];
  /** Records a second of the part `lateness`. */
  readonly loads: readonly number[];
  /** Instead of what a part has by itself. */
  readonly keys: number | undefined;
  readonly contenders: readonly ContenderName[];
  readonly threads: number;
  readonly cache: boolean;
  /** Variables of our processes in the parts about the alert join, notifications and money. */
  readonly env: Readonly<Record<string, string>>;
}

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const contenderNames: Readonly<Record<string, ContenderName>> = {
  plumbline: 'plumbline',
  'plumbline-two': 'plumbline, two processes',
  rocksdb: 'kafka-streams rocksdb',
  'plumbline-memory': 'plumbline memory',
  memory: 'kafka-streams memory',
};

const threadsMax = 64;

/** Errors: {@link UsageError}. */
export function benchArguments(args: readonly string[]): BenchArguments {
  const values = parsed(args);
  const { keys, waiting } = values;
  const waitingOr = (usual: number): number =>
    waiting === undefined ? usual : wholeNumber('--waiting', waiting, waitingMax);
  return {
    command: ['npm run bench --', ...args].join(' '),
    ...{ help: values.help, cold: values.cold, save: values.save },
    parts: new Set(values.only.split(',').map(partOf)),
    rates: values.rates.split(',').map((rate) => wholeNumber('--rates', rate, rateMax)),
    flows: values.flows.split(',').map((rate) => wholeNumber('--flows', rate, rateMax)),
    checkouts: values.checkouts.split(',').map((rate) => wholeNumber('--checkouts', rate, rateMax)),
    deliveries: values.deliveries
      .split(',')
      .map((rate) => wholeNumber('--deliveries', rate, rateMax)),
    money: values.money.split(',').map((rate) => wholeNumber('--money', rate, rateMax)),
    orders: values.orders.split(',').map(orderCount),
    waiting: { retries: waitingOr(retriesWaiting), waiting: waitingOr(millionWaiting) },
    loads: values.loads.split(',').map((load) => wholeNumber('--loads', load, loadMax)),
    seconds: wholeNumber('--seconds', values.seconds, secondsMax),
    ...recordsOf(values.records),
    rounds: wholeNumber('--rounds', values.rounds, roundsMax),
    openOrders: values.open.split(',').map((size) => wholeNumber('--open', size, openOrdersMax)),
    keys: keys === undefined ? undefined : enoughKeys(wholeNumber('--keys', keys, recordsMax)),
    contenders: values.contenders.split(',').map(contenderOf),
    threads: wholeNumber('--threads', values.threads, threadsMax),
    cache: onOrOff('--cache', values.cache),
    env: Object.fromEntries(values.env.map(variableOf)),
  };
}

function recordsOf(text: string | undefined): Pick<BenchArguments, 'records' | 'alertRecords'> {
  if (text === undefined) return { records: recordsDefault, alertRecords: alertRecordsDefault };
  const records = wholeNumber('--records', text, recordsMax);
  return { records, alertRecords: records };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', default: false },
        cold: { type: 'boolean', default: false },
        save: { type: 'boolean', default: false },
        only: { type: 'string', default: partNames.join(',') },
        rates: { type: 'string', default: ratesDefault.join(',') },
        flows: { type: 'string', default: flowRatesDefault.join(',') },
        checkouts: { type: 'string', default: checkoutRatesDefault.join(',') },
        deliveries: { type: 'string', default: deliveryRatesDefault.join(',') },
        money: { type: 'string', default: moneyRatesDefault.join(',') },
        orders: { type: 'string', default: orderCountsDefault.join(',') },
        waiting: { type: 'string' },
        loads: { type: 'string', default: loadsDefault.join(',') },
        seconds: { type: 'string', default: String(secondsDefault) },
        records: { type: 'string' },
        rounds: { type: 'string', default: String(roundsDefault) },
        open: { type: 'string', default: openOrdersDefault.join(',') },
        keys: { type: 'string' },
        contenders: { type: 'string', default: Object.keys(contenderNames).join(',') },
        threads: { type: 'string', default: String(streamThreadsDefault) },
        cache: { type: 'string', default: 'on' },
        env: { type: 'string', multiple: true, default: [] },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function partOf(text: string): PartName {
  const known = partNames.find((name) => name === text.trim());
  if (known === undefined)
    throw new UsageError(`there is no part "${text}"; there are: ${partNames.join(', ')}`);
  return known;
}

function contenderOf(text: string): ContenderName {
  const known = contenderNames[text.trim()];
  if (known === undefined)
    throw new UsageError(
      `nobody is called "${text}"; there are: ${Object.keys(contenderNames).join(', ')}`,
    );
  return known;
}

function onOrOff(flag: string, text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new UsageError(`${flag}: ${text} is neither on nor off`);
}

function variableOf(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--env: ${text} is not NAME=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function enoughKeys(keys: number): number {
  const min = keysMin(coursesPerWave);
  if (keys >= min) return keys;
  throw new UsageError(
    `--keys: at least ${min}, so that an order ends before its key is used again`,
  );
}

function orderCount(text: string): number {
  const count = wholeNumber('--orders', text, orderCountMax);
  if (count >= orderCountMin) return count;
  throw new UsageError(`--orders: at least ${orderCountMin}, which are looked at`);
}

function wholeNumber(flag: string, text: string, max: number): number {
  const value = /^\s*[1-9]\d{0,8}\s*$/.test(text) ? Number(text) : Number.NaN;
  if (value <= max) return value;
  throw new UsageError(`${flag}: ${text} is not a whole number from 1 to ${max}`);
}
