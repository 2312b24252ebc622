import { parseArgs } from 'node:util';
import { ordersDefault, ordersMax, ordersMin } from './limits.ts';

export interface DemoArguments {
  readonly help: boolean;
  readonly once: boolean;
  readonly json: boolean;
  readonly seed: number;
  readonly orders: number;
}

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const help = `Usage: npm run demo [-- [--once] [--seed N] [--orders N] [--json]]

Starts the local stack and the platform, places some hundred orders over HTTP, lets their payments
succeed, fail, contradict themselves, come late and come while the orders process is dead, and
compares what must follow with what the platform shows: every order's status, every alert of rules
A, B and C, and every read model with a rebuild from the log. Beside them six purchases for each
hundred orders, nine at least, are made in the shop as a browser makes them; at each step of the
checkout some fail, and all goods and all money must be where they belong. A merchant's server is told
of every payment, signed, and what it does not take is tried again. Then it stays until Ctrl-C.

  --once       on free ports and a folder of its own, beside anything that runs, and stop at the end:
               exit code 0 when everything is as expected, 1 when something is not
  --seed N     which mix of orders and payments; the same seed, the same plan (default 1)
  --orders N   ${ordersMin} to ${ordersMax} (default ${ordersDefault})
  --json       the result as JSON on the standard output, progress on the standard error
  --help       this text

To use servers of your own instead of the local stack, set PLUMBLINE_KAFKA_BROKERS,
PLUMBLINE_REGISTRY_URL and PLUMBLINE_POSTGRES_URL; nothing is bought there and no merchant is told,
since gateways, the issuer of log-ins and a merchant on this machine are those of the local stack.
`;

/** Errors: {@link UsageError}. */
export function demoArguments(args: readonly string[]): DemoArguments {
  const values = parsed(args);
  return {
    help: values.help,
    once: values.once,
    json: values.json,
    seed: wholeNumber('--seed', values.seed, 0, 4_294_967_295),
    orders: wholeNumber('--orders', values.orders, ordersMin, ordersMax),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', default: false },
        once: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        seed: { type: 'string', default: '1' },
        orders: { type: 'string', default: String(ordersDefault) },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${flag} is a whole number from ${min} to ${max}, not ${text}`);
}
