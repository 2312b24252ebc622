import { parseArgs } from 'node:util';
import { rateMax, ratesDefault, secondsDefault, secondsMax, startsDefault } from './limits.ts';

export const partNames = ['latency', 'start'] as const;
export type PartName = (typeof partNames)[number];

export interface BenchArguments {
  readonly help: boolean;
  readonly cold: boolean;
  readonly save: boolean;
  readonly parts: ReadonlySet<PartName>;
  readonly rates: readonly number[];
  readonly seconds: number;
}

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const help = `Usage: npm run bench [-- [--only <part,…>] [--rates N,…] [--seconds N] [--cold] [--save]]

Measures the platform on a stack of its own, on free ports. Nothing is asserted by time: numbers of
one machine say nothing about another, and a busy machine measures its other work.

  --only <part,…>  some of: ${partNames.join(', ')}
                     latency  POST /orders and POST /payments at fixed rates, open loop, by a process
                              of its own: from the moment a request is due to its answer
                     start    from nothing running to the first order that shows PAID, ${startsDefault} times
  --rates N,…      requests a second (default ${ratesDefault.join(',')})
  --seconds N      how long at each rate (default ${secondsDefault})
  --cold           also one start with nothing there: all servers are downloaded
  --save           appends the raw results, as JSON lines, to infra/bench/results/
  --help           this text
`;

/** Errors: {@link UsageError}. */
export function benchArguments(args: readonly string[]): BenchArguments {
  const values = parsed(args);
  return {
    ...{ help: values.help, cold: values.cold, save: values.save },
    parts: new Set(values.only.split(',').map(partOf)),
    rates: values.rates.split(',').map((rate) => wholeNumber('--rates', rate, rateMax)),
    seconds: wholeNumber('--seconds', values.seconds, secondsMax),
  };
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
        seconds: { type: 'string', default: String(secondsDefault) },
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

function wholeNumber(flag: string, text: string, max: number): number {
  const value = /^\s*[1-9]\d{0,5}\s*$/.test(text) ? Number(text) : Number.NaN;
  if (value <= max) return value;
  throw new UsageError(`${flag}: ${text} is not a whole number from 1 to ${max}`);
}
