import { amountBeside, currencyCode, intNumber, parseJsonBody, text } from '@plumbline/http';
import { z } from 'zod';
import { seedBytesMax, seedEntriesMax } from '../limits.ts';
import { usageFailure } from '../session/failure.ts';

export interface SeedItem {
  readonly sku: string;
  readonly name: string;
  readonly unitAmountMinor: bigint;
  readonly currency: string;
  readonly stock: number;
}

export interface SeedAccount {
  readonly account: string;
  readonly amountMinor: bigint;
  readonly currency: string;
}

export interface Seed {
  readonly items: readonly SeedItem[];
  readonly accounts: readonly SeedAccount[];
}

/** As what the edges of inventory and accounts take: what one cannot name, nobody could buy. */
const id = () =>
  z
    .string({ error: 'must be text' })
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._:|@-]{0,63}$/,
      'must be 1 to 64 of A-Z, a-z, 0-9 and . _ : | @ -, a letter or digit first',
    );

/** Contract 1's largest payment, in minor units. */
const maxMinor = 999_999_999_999n;

const item = z
  .strictObject({
    sku: id(),
    name: text(200),
    price: z.unknown(),
    currency: currencyCode(),
    stock: intNumber({ min: 0, max: 1_000_000 }),
  })
  .transform(({ price, ...rest }, context): SeedItem => {
    const of = { minMinor: 0n, maxMinor, path: ['price'], context };
    return { ...rest, unitAmountMinor: amountBeside(rest.currency, price, of) };
  });

const account = z
  .strictObject({ account: id(), amount: z.unknown(), currency: currencyCode() })
  .transform(({ amount, ...rest }, context): SeedAccount => {
    const of = { maxMinor, path: ['amount'], context };
    return { ...rest, amountMinor: amountBeside(rest.currency, amount, of) };
  });

const tooMany = `must have at most ${seedEntriesMax} entries`;
const listOf = <Entry extends z.ZodType>(entry: Entry) =>
  z.array(entry, { error: 'must be a list' }).max(seedEntriesMax, tooMany).default([]);

const seed = z
  .strictObject(
    { items: listOf(item), accounts: listOf(account) },
    { error: (issue) => (issue.code === 'invalid_type' ? 'must be an object' : undefined) },
  )
  .superRefine(({ items, accounts }, context) => {
    const twice = (path: string, names: readonly string[]): void => {
      names.forEach((name, at) => {
        if (names.indexOf(name) === at) return;
        context.addIssue({ code: 'custom', path: [path, at], message: `${name} is there before` });
      });
    };
    twice(
      'items',
      items.map(({ sku }) => sku),
    );
    twice(
      'accounts',
      accounts.map((each) => `${each.account} in ${each.currency}`),
    );
  });

/** Amounts are read as they are written, never through a float. Errors: CliFailure, every problem. */
export function parseSeed(bytes: Buffer, name: string): Seed {
  if (bytes.length > seedBytesMax) throw usageFailure(`${name}: more than ${seedBytesMax} bytes`);
  const parsed = seed.safeParse(jsonOf(bytes, name));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => {
      const place = [name, ...path.map(String)].join(' ');
      return `${place}: ${message.replace(/^Invalid input: .* received undefined$/, 'is required')}`;
    });
    throw usageFailure(problems.join('\n'));
  }
  const { items, accounts } = parsed.data;
  if (items.length + accounts.length === 0) throw usageFailure(`${name}: nothing to seed`);
  return parsed.data;
}

function jsonOf(bytes: Buffer, name: string): unknown {
  try {
    return parseJsonBody(bytes);
  } catch (error) {
    throw usageFailure(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
